import { z } from 'zod';
import { bayAskSchema } from './identity.js';
import { allowanceSchema } from './image.js';
import { portSchema } from './port.js';
import { faultSchema } from './result.js';
import { phaseSchema, progressSchema, verdictSchema } from './run.js';
import { liveTestSchema } from './test.js';

export const bayStatuses = [
  /** Nothing is plugged in. */
  'empty',
  /** A port is there, but not yet for long enough: contacts bounce. */
  'settling',
  /** Switched off in `station.yaml`; left alone. */
  'disabled',
  /** A port is there that no recipe matches; left alone. `reason` says why. */
  'unmatched',
  /** A recipe matches, but something is in the way. `reason` says what. Becomes ready by itself when it is gone. */
  'blocked',
  /** Waits for the operator to start the flash. */
  'ready',
  /** A run goes on. */
  'running',
  /** A run has ended and its verdict is on disk; the unit is still plugged in. */
  'ended',
] as const;

export const bayStatusSchema = z.enum(bayStatuses);
export type BayStatus = z.infer<typeof bayStatusSchema>;

/** What can have a bay's port for itself while no run goes on. */
export const holderKinds = [
  /** The station's own serial console. */
  'serial-console',
  /** A shell in a throw-away container that has the recipe's device. */
  'shell',
] as const;

/** Who has a bay for themselves: nothing is flashed there meanwhile. */
export const bayHoldSchema = z.object({
  kind: z.enum(holderKinds),
  operator: z.string(),
  /** Milliseconds since the epoch. */
  since: z.number(),
});
export type BayHold = z.infer<typeof bayHoldSchema>;

export const localizedSchema = z.object({ en: z.string(), es: z.string() });
export type Localized = z.infer<typeof localizedSchema>;

/** The run a bay shows: the one that goes on, or the last that ended while its unit stays plugged in. */
export const bayRunSchema = z.object({
  id: z.string(),
  attempt: z.number().int(),
  adopted: z.boolean(),
  unitSerial: z.string().nullable(),
  phase: phaseSchema,
  progress: progressSchema,
  startedAt: z.number(),
  /** Null while the run goes on. */
  endedAt: z.number().nullable(),
  /** Median duration of this recipe's last passed runs, in ms; null when there are none. */
  expectedMs: z.number().nullable(),
  /** The port on 127.0.0.1 where the panel answers; null before it is published, after the container is gone, or without a panel. */
  panelPort: z.number().int().nullable(),
  /** True from the moment the panel answered. */
  panelReady: z.boolean(),
  containerId: z.string().nullable(),
  /** What the run waits for an operator to say; null while it goes on by itself. */
  asks: bayAskSchema.nullable(),
  /** What the test phase does now. */
  test: liveTestSchema.nullable(),
  /** Who let it begin although its image's support is too low; null for an ordinary run. */
  allowance: allowanceSchema.nullable(),
  /** Null until the record is on disk. */
  verdict: verdictSchema.nullable(),
  fault: faultSchema.nullable(),
});
export type BayRun = z.infer<typeof bayRunSchema>;

/** A numbered place on the station, bound to a physical path: all that a window draws of it. */
export const bayViewSchema = z.object({
  number: z.number().int().min(1),
  label: z.string(),
  enabled: z.boolean(),
  physicalPath: z.string(),
  status: bayStatusSchema,
  reason: faultSchema.nullable(),
  port: portSchema.nullable(),
  recipe: z
    .object({ name: z.string(), title: localizedSchema, model: z.string(), hasPanel: z.boolean() })
    .nullable(),
  run: bayRunSchema.nullable(),
  /** Null while nobody has the bay for themselves. */
  hold: bayHoldSchema.nullable(),
});
export type BayView = z.infer<typeof bayViewSchema>;
