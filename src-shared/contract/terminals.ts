import { z } from 'zod';
import { terminalSizeSchema, terminalViewSchema } from '../model/terminal.js';
import { call, event } from './define.js';

const id = z.uuid();

/** The longest piece of input at a time, in characters; longer text is sent in pieces. */
export const longestTerminalInput = 16_384;

/** The terminals of the station, whatever stands at their other end: shells, the serial console. */
export const terminalCalls = {
  /** Fails with `terminal-unknown`, `terminal-ended`. `binary` is one byte a character (0–255), as old mouse reports are. */
  'terminal.write': call(
    z.object({
      id,
      data: z.string().max(longestTerminalInput),
      encoding: z.enum(['text', 'binary']).default('text'),
    }),
  ).returns<void>(),
  'terminal.resize': call(z.object({ id, ...terminalSizeSchema.shape })).returns<void>(),
  /**
   * A viewer has drawn all output before `position`. One that is too far behind what came makes the station pause the
   * source: a flood neither freezes the window nor grows the memory.
   */
  'terminal.ack': call(
    z.object({ id, viewer: z.number().int().min(0), position: z.number().int().min(0) }),
  ).returns<void>(),
  /** Ends what stands at the other end if it goes on, and forgets the terminal. */
  'terminal.close': call(z.object({ id })).returns<void>(),
} as const;

export const terminalEvents = {
  /**
   * First the `state`, then what is left of the output so far (`isReplay`; to be drawn at the state's size, and not to be
   * answered), then what is new. `state` again when the size or the end changes; `gone` when there is none, or no longer.
   */
  terminal: event(
    z.object({ id }),
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('state'), viewer: z.number().int(), terminal: terminalViewSchema }),
      z.object({
        kind: z.literal('output'),
        /** In bytes since the terminal was opened: where this piece begins. */
        from: z.number().int(),
        bytes: z.instanceof(Uint8Array),
        isReplay: z.boolean(),
      }),
      z.object({ kind: z.literal('gone') }),
    ]),
  ),
} as const;
