import { z } from 'zod';
import { shellPlaces, shellRecordSchema, type ShellRecord } from '../model/shell.js';
import { terminalSizeSchema } from '../model/terminal.js';
import { call, event } from './define.js';
import { bayNumber, nothing, runId } from './fields.js';

/** Shells in the containers of the bays. Their terminals are in `terminals.ts`, by the same id. */
export const shellCalls = {
  /**
   * Fails with `shell-no-container`, `shell-missing`; for a throw-away container with `bay-empty`, `bay-busy`, `bay-held`,
   * `bay-disabled`, `recipe-…`, and whatever keeps a container from being made; with `records-unwritable` always, since no
   * shell is open that is not on record.
   */
  'shells.open': call(
    z.object({ bay: bayNumber, place: z.enum(shellPlaces), ...terminalSizeSchema.shape }),
  ).returns<{ id: string }>(),
  /** The shells on record, newest first. */
  'shells.list': call(
    z.object({
      bay: bayNumber.optional(),
      runId: runId.optional(),
      limit: z.number().int().min(1).max(200).default(50),
    }),
  ).returns<{ shells: ShellRecord[] }>(),
} as const;

export const shellEvents = {
  /** Every shell whose terminal is there, also of those that have ended and were not closed. The whole list each time. */
  shells: event(nothing, z.object({ revision: z.number().int(), shells: z.array(shellRecordSchema) })),
} as const;
