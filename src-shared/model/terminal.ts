import { z } from 'zod';
import { faultSchema } from './result.js';

/** What can stand at the other end of a terminal. */
export const terminalKinds = [
  /** A shell in a container. */
  'shell',
  /** A serial port that the station holds itself. */
  'serial-console',
] as const;

/** In characters. The limits are far beyond any screen: they keep nonsense from the engine. */
export const terminalSizeSchema = z.object({
  columns: z.number().int().min(2).max(1000),
  rows: z.number().int().min(1).max(500),
});
export type TerminalSize = z.infer<typeof terminalSizeSchema>;

/** How what stands at the other end came to its end. */
export const terminalEndingSchema = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  /** Null where there is none: the program was not seen to end, or there is no program. */
  exitCode: z.number().int().nullable(),
  /** Why it ended before its time; null when it ended by itself, or was closed. */
  fault: faultSchema.nullable(),
});
export type TerminalEnding = z.infer<typeof terminalEndingSchema>;

/** A terminal of the station: all that a window draws around its screen. */
export const terminalViewSchema = z.object({
  id: z.string(),
  kind: z.enum(terminalKinds),
  size: terminalSizeSchema,
  /** Null while it goes on. */
  ended: terminalEndingSchema.nullable(),
});
export type TerminalView = z.infer<typeof terminalViewSchema>;
