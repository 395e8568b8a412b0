import { z } from 'zod';
import { allowanceSchema } from './image.js';
import { unitIdentitySchema } from './identity.js';
import { faultSchema } from './result.js';
import { testOutcomeSchema, verdictSchema } from './test.js';

export { testOutcomeSchema, verdictSchema, type TestOutcome, type Verdict } from './test.js';

/** The phases of a run, in their order. */
export const phases = ['prepare', 'create', 'start', 'panel', 'flash', 'test', 'finish'] as const;
export const phaseSchema = z.enum(phases);
export type Phase = z.infer<typeof phaseSchema>;

/** What a progress source says, in one shape whatever the source. */
export const progressSchema = z.object({
  /** The flasher's own name for what it does now; not one of the run's phases. */
  step: z.string().optional(),
  /** 0-100, or null when the flasher does not say. */
  percent: z.number().min(0).max(100).nullable(),
  message: z.string().optional(),
});
export type Progress = z.infer<typeof progressSchema>;

export const phaseRecordSchema = z.object({
  phase: phaseSchema,
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  /** Of a flash that is asked for: when the flasher said yes. Left out until then. */
  takenAt: z.number().optional(),
});
export type PhaseRecord = z.infer<typeof phaseRecordSchema>;

/** One attempt on one unit in one bay, as it is kept on disk. Times are milliseconds since the epoch. */
export const runRecordSchema = z.object({
  id: z.string(),
  bay: z.number().int(),
  bayLabel: z.string(),
  physicalPath: z.string(),
  portPath: z.string(),
  portIdentity: z.string(),
  /** 1 for the first attempt; a retry on the same plugged unit counts up. */
  attempt: z.number().int().min(1),
  recipe: z.string(),
  /** SHA-256 of the recipe file's bytes, hexadecimal. */
  recipeHash: z.string(),
  model: z.string(),
  unitSerial: z.string().nullable(),
  imageName: z.string(),
  imageId: z.string().nullable(),
  imageDigest: z.string().nullable(),
  containerId: z.string().nullable(),
  /** The port on 127.0.0.1 where the panel was published. */
  hostPort: z.number().int().nullable(),
  /** SHA-256 of the manifest of the workspace content that was flashed, hexadecimal. */
  contentHash: z.string().nullable(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  phases: z.array(phaseRecordSchema),
  tests: z.array(testOutcomeSchema),
  /** Null while the run goes on. */
  verdict: verdictSchema.nullable(),
  fault: faultSchema.nullable(),
  operator: z.string(),
  host: z.string(),
  /** Null for an ordinary run: its image was good enough. */
  allowance: allowanceSchema.nullable(),
  /** The first attempt of those that this one belongs to; null in records from before they were linked. */
  firstRun: z.string().nullable().default(null),
  /** What is known of the unit beyond its serial number; null where the recipe does not ask. */
  identity: unitIdentitySchema.nullable().default(null),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** `test` is what a test program or, in a conversation, the unit said; `sent` is what the station said to it. */
export const logSourceSchema = z.enum(['station', 'out', 'err', 'test', 'sent']);

export const logLineSchema = z.object({
  /** Counts from 0 within the run. */
  seq: z.number().int(),
  at: z.number(),
  source: logSourceSchema,
  text: z.string(),
});
export type LogLine = z.infer<typeof logLineSchema>;
