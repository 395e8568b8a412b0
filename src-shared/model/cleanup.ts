import { z } from 'zod';
import type { Fault } from './result.js';

/**
 * What Slipway leaves behind, by kind. `old-build` is an image of ours without a name: a newer build took it.
 * `build-cache` are the layers of a build that are in no image: it failed, or they are of a stage.
 */
export const cleanupKinds = [
  'container',
  'shell',
  'network',
  'volume',
  'image',
  'old-build',
  'build-cache',
  'run-log',
  'job',
] as const;
export const cleanupKindSchema = z.enum(cleanupKinds);
export type CleanupKind = z.infer<typeof cleanupKindSchema>;

/** Why something is not removed. The words are in the catalogues, under `machine.kept-<reason>`. */
export const keptReasons = [
  'running',
  'run-goes-on',
  'bay-busy',
  'recipe',
  'in-use',
  'other-names',
  'built-upon',
  'job-runs',
  'changed',
  'gone',
] as const;
export const keptReasonSchema = z.enum(keptReasons);
export type KeptReason = z.infer<typeof keptReasonSchema>;

/** One thing that Slipway made. */
export const cleanupItemSchema = z.object({
  /** `<kind>:<the engine's id, or the file's name>`. */
  id: z.string(),
  kind: cleanupKindSchema,
  /** As a person knows it. */
  name: z.string(),
  /** More to know it by: a run, a bay, a recipe; empty when there is none. */
  detail: z.string(),
  /** What its removal frees at least; null where nobody knows. */
  bytes: z.number().nullable(),
  /** Since when it is of no use, as far as that is known; ms since the epoch. */
  at: z.number().nullable(),
  /** Why it cannot be removed now; null when it can. */
  kept: keptReasonSchema.nullable(),
  /** Proposed for removal. */
  proposed: z.boolean(),
  /** The retention policy removes it next. */
  due: z.boolean(),
  /** What it looked like when this was said: one that looks otherwise at its removal is left alone. */
  stamp: z.string(),
});
export type CleanupItem = z.infer<typeof cleanupItemSchema>;

/** How many things of a kind there are beyond those that are listed. */
export interface CleanupRest {
  kind: CleanupKind;
  count: number;
  bytes: number;
}

/** Something that was removed, by the policy or by a person. */
export const removalSchema = z.object({
  at: z.number(),
  by: z.enum(['policy', 'person']),
  kind: cleanupKindSchema,
  name: z.string(),
  bytes: z.number().nullable(),
});
export type Removal = z.infer<typeof removalSchema>;

/** Everything that Slipway made and that is still there. */
export interface CleanupPlan {
  at: number;
  items: CleanupItem[];
  rest: CleanupRest[];
  /** Why the engine's part is missing; null when it is there. */
  engineFault: Fault | null;
  /** The last removals, newest first. */
  removals: Removal[];
}

export interface CleanupOutcome {
  id: string;
  kind: CleanupKind;
  name: string;
  bytes: number | null;
  outcome: 'removed' | 'kept' | 'failed';
  /** With `kept`. */
  reason: KeptReason | null;
  /** With `failed`. */
  fault: Fault | null;
}

/** What became of each thing that was to be removed, in the order asked for. */
export interface CleanupResult {
  outcomes: CleanupOutcome[];
  /** Of what was removed, where it is known. */
  freedBytes: number;
}
