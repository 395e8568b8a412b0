import { z } from 'zod';
import { terminalEndingSchema } from './terminal.js';

/** Where a shell runs. */
export const shellPlaces = [
  /** In the container of the run that goes on: what a shell changes there, the flasher sees. */
  'container',
  /** In a container of its own, made as the recipe's would be and gone when the shell ends. The bay flashes nothing meanwhile. */
  'throw-away',
] as const;

/** A shell as it is kept: who, when, where and how it ended. What was typed is nobody's to keep. */
export const shellRecordSchema = z.object({
  /** Also the id of its terminal. */
  id: z.string(),
  bay: z.number().int().min(1),
  place: z.enum(shellPlaces),
  recipe: z.string(),
  /** The run in whose container it was; null for a throw-away container. */
  runId: z.string().nullable(),
  imageName: z.string(),
  imageId: z.string(),
  /** Null while there is none yet, or when none could be made. */
  containerId: z.string().nullable(),
  operator: z.string(),
  host: z.string(),
  /** Milliseconds since the epoch. */
  openedAt: z.number(),
  /** Null while it is open. */
  ended: terminalEndingSchema.nullable(),
});
export type ShellRecord = z.infer<typeof shellRecordSchema>;
