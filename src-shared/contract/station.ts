import { z } from 'zod';
import { logTimes } from '../model/log-text.js';
import { bayViewSchema } from '../model/bay.js';
import { faultCodes } from '../model/fault-codes.js';
import type { Port } from '../model/port.js';
import { logLineSchema, verdictSchema, type LogLine, type RunRecord } from '../model/run.js';
import {
  recipesViewSchema,
  settingsSchema,
  stationViewSchema,
  type DoctorCheck,
  type Settings,
} from '../model/station.js';
import { call, event } from './define.js';
import { bayNumber, nothing, runId } from './fields.js';

export const runFilterSchema = z.object({
  bay: bayNumber.optional(),
  verdict: verdictSchema.optional(),
  unitSerial: z.string().max(200).optional(),
  recipe: z.string().max(200).optional(),
  model: z.string().max(200).optional(),
  /** '' for runs that no operator was named for. */
  operator: z.string().max(80).optional(),
  faultCode: z.enum(faultCodes).optional(),
  /** Only what was counted for this order. `batch-unknown`. */
  batch: z.number().int().min(1).max(1_000_000_000).optional(),
  /** Runs that began at this time or later, in ms since the epoch. */
  from: z.number().int().min(0).optional(),
  /** Runs that began before this time. */
  until: z.number().int().min(0).optional(),
  /** Runs started before this run, newest first; pages follow each other by it. */
  before: runId.optional(),
  limit: z.number().int().min(1).max(500).default(50),
});
export type RunFilter = z.infer<typeof runFilterSchema>;

/** What any front of the station can ask: the window and the command line alike. */
export const stationCalls = {
  'bay.flash': call(z.object({ bay: bayNumber, recipe: z.string().max(200).optional() })).returns<{
    runId: string;
  }>(),
  /** Starts one run in spite of `image-support-too-low`; who allowed it, and why, goes on the record. */
  'bay.allowOnce': call(
    z.object({
      bay: bayNumber,
      by: z.string().trim().min(1).max(80),
      reason: z.string().trim().min(3).max(500),
    }),
  ).returns<{ runId: string }>(),
  'bay.abort': call(z.object({ bay: bayNumber })).returns<void>(),
  'bay.configure': call(
    z.object({ bay: bayNumber, label: z.string().max(80).optional(), enabled: z.boolean().optional() }),
  ).returns<void>(),
  'ports.list': call(nothing).returns<Port[]>(),
  'runs.list': call(runFilterSchema).returns<{ runs: RunRecord[] }>(),
  'runs.show': call(z.object({ runId })).returns<RunRecord>(),
  /** `total` is the number of lines so far; `from` counts from 0. */
  'runs.log': call(
    z.object({ runId, from: z.number().int().min(0), limit: z.number().int().min(1).max(5000) }),
  ).returns<{ lines: LogLine[]; total: number }>(),
  /**
   * Writes the whole log of a run, one that goes on as far as it is, into a file of the station. Fails with
   * `run-unknown`, `log-missing`, `host-exists` (unless `replace`) and what else the disk says.
   */
  'runs.saveLog': call(
    z.object({
      runId,
      file: z
        .string()
        .min(1)
        .max(4096)
        .regex(/^[^\0]+$/),
      times: z.enum(logTimes),
      replace: z.boolean().default(false),
    }),
  ).returns<{ lines: number }>(),
  'settings.change': call(settingsSchema.partial()).returns<Settings>(),
  'counters.reset': call(nothing).returns<void>(),
  'doctor.check': call(nothing).returns<DoctorCheck[]>(),
} as const;

/**
 * The station's event streams. A subscription first replays the present state, then sends updates;
 * `revision` counts up by one a message in one subscription's stream of states.
 */
export const stationEvents = {
  /** First `bays` whole, then one `bay` at a time, at most 10 a second a bay, latest wins. */
  bays: event(
    nothing,
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('bays'), revision: z.number().int(), bays: z.array(bayViewSchema) }),
      z.object({ kind: z.literal('bay'), revision: z.number().int(), bay: bayViewSchema }),
    ]),
  ),
  station: event(nothing, z.object({ revision: z.number().int(), station: stationViewSchema })),
  recipes: event(nothing, z.object({ revision: z.number().int(), recipes: recipesViewSchema })),
  /** First the run's last lines (the ring in memory), then what is new, in batches. `first` is the first line's seq. */
  log: event(z.object({ runId }), z.object({ runId, lines: z.array(logLineSchema) })),
  /** A run ended and its record is on disk. Not replayed. */
  verdict: event(
    nothing,
    z.object({
      runId,
      bay: bayNumber,
      verdict: verdictSchema,
      unitSerial: z.string().nullable(),
      attempt: z.number().int(),
    }),
  ),
} as const;
