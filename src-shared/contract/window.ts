import { z } from 'zod';
import { call, event } from './define.js';
import { bayNumber, nothing } from './fields.js';

const bounds = z.object({
  x: z.number().int().min(0).max(20_000),
  y: z.number().int().min(0).max(20_000),
  width: z.number().int().min(0).max(20_000),
  height: z.number().int().min(0).max(20_000),
});

export const quitAnswers = ['stay', 'leave-running', 'abort-runs'] as const;

/** What only a window can ask of its own shell. */
export const windowCalls = {
  /** Shows a bay's panel at these bounds (CSS pixels of the window's content); bounds that change are sent again. */
  'panel.place': call(z.object({ bay: bayNumber, bounds })).returns<void>(),
  /** Hides every panel: another screen, or a dialog that must not be covered. */
  'panel.hide': call(nothing).returns<void>(),
  'panel.reload': call(z.object({ bay: bayNumber })).returns<void>(),
  /** Gives the keyboard to the panel that is shown; F6 or Escape inside it gives it back, as a `shortcut`. */
  'panel.focus': call(z.object({ bay: bayNumber })).returns<void>(),
  'window.answerQuit': call(z.object({ answer: z.enum(quitAnswers) })).returns<void>(),
  /** Asks for a folder with the system's dialog; null when it was cancelled. */
  'window.chooseFolder': call(z.object({ start: z.string().max(4096).optional() })).returns<{
    folder: string | null;
  }>(),
  /** Asks for a file that is there with the system's dialog; null when it was cancelled. */
  'window.chooseFile': call(z.object({ start: z.string().max(4096).optional() })).returns<{
    file: string | null;
  }>(),
  /** Asks for files that are there with the system's dialog; empty when it was cancelled. */
  'window.chooseFiles': call(z.object({ start: z.string().max(4096).optional() })).returns<{
    files: string[];
  }>(),
  /**
   * Asks where to save a file with the system's dialog, which also asks whether one that is there is to be
   * replaced; null when it was cancelled.
   *
   * `name` is what the file is called unless the person says otherwise, without a folder.
   */
  'window.chooseSaveFile': call(
    z.object({
      name: z
        .string()
        .min(1)
        .max(255)
        .regex(/^[^/\\\0]+$/),
    }),
  ).returns<{ file: string | null }>(),
  'window.zoom': call(z.object({ step: z.enum(['in', 'out', 'reset']) })).returns<void>(),
} as const;

/** What the shell tells its window. */
export const windowEvents = {
  /** The window is about to close while units flash. */
  quitAsked: event(nothing, z.object({ running: z.array(bayNumber) })),
  /** A key that was pressed inside a panel but belongs to the window. */
  shortcut: event(nothing, z.object({ key: z.enum(['escape', 'previousBay', 'nextBay', 'abort', 'flash']) })),
  /** A bay was chosen outside the window: somebody clicked on the notification of its verdict. */
  bayChosen: event(nothing, z.object({ bay: bayNumber })),
} as const;
