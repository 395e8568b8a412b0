import { z } from 'zod';
import type { ChainReport } from '../model/chain.js';
import type { Fault } from '../model/result.js';
import { call, event } from './define.js';
import { nothing } from './fields.js';
import { runScopeSchema } from './history.js';

const file = z.string().min(1).max(4096);

/** What a copy of the records holds. */
export interface RecordsCopy {
  runs: number;
  /** Bytes. */
  size: number;
  chain: ChainReport;
}

/** What takes long with all the records, one at a time: a second one is told `archive-busy`. */
export const archiveCalls = {
  /**
   * Runs (or what they measured) into a file, newest first; one that is there is replaced. `unread` is why a log is
   * missing in the JUnit XML; the rest is written. `target-unwritable`, `batch-unknown`.
   */
  'archive.export': call(
    z.object({
      scope: runScopeSchema,
      rows: z.enum(['runs', 'measurements']),
      /** JUnit XML has a suite a run, and what was measured in it: `rows` does not matter. */
      format: z.enum(['csv', 'json', 'junit']),
      file,
    }),
  ).returns<{ count: number; unread: Fault | null }>(),
  /** Holds every record against its seal; `noted` is a seal that somebody wrote down earlier. */
  'archive.verify': call(
    z.object({
      noted: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional(),
    }),
  ).returns<ChainReport>(),
  /** A checked copy of the records. One that is there is not replaced: `target-exists`. */
  'archive.backup': call(z.object({ file })).returns<RecordsCopy>(),
  /** Stops what goes on; fine when nothing does. */
  'archive.stop': call(nothing).returns<void>(),
} as const;

export const archiveEvents = {
  /** What goes on now, and how far it is; `total` is null while nobody knows. */
  archive: event(
    nothing,
    z.object({
      task: z
        .object({
          kind: z.enum(['export', 'verify', 'backup']),
          done: z.number().int(),
          total: z.number().int().nullable(),
        })
        .nullable(),
    }),
  ),
} as const;
