import { z } from 'zod';
import { consoleOptionsSchema, consoleViewSchema } from '../model/console.js';
import { outgoingSignalsSchema } from '../model/serial.js';
import { transferProtocols } from '../model/transfer-protocols.js';
import { terminalSizeSchema } from '../model/terminal.js';
import { call, event } from './define.js';
import { bayNumber } from './fields.js';

const path = z.string().min(1).max(4096);

/** The serial console of a bay. What is typed goes through the calls of its terminal (`terminals.ts`). */
export const serialCalls = {
  /**
   * Takes the bay and opens its port with the bay's options: `bay-busy`, `bay-held`, `bay-empty`, `port-busy`,
   * `port-permission`, `serial-gone`, `serial-settings-refused`. One that is open stays so.
   */
  'console.open': call(z.object({ bay: bayNumber, ...terminalSizeSchema.shape })).returns<void>(),
  /** Gives the port back, and the bay with it: others can open it once this has been answered. */
  'console.close': call(z.object({ bay: bayNumber })).returns<void>(),
  /** Remembers options, and speaks by them from now on if the console is open. `serial-settings-refused` changes nothing. */
  'console.change': call(
    z.object({ bay: bayNumber, options: consoleOptionsSchema.partial() }),
  ).returns<void>(),
  /** `console-closed`, `serial-not-supported`. */
  'console.setSignals': call(z.object({ bay: bayNumber, ...outgoingSignalsSchema.shape })).returns<void>(),
  'console.sendBreak': call(z.object({ bay: bayNumber })).returns<void>(),
  /** Appends all that comes from now on to a file; without a path, to the bay's own. `console-log-unwritable`. */
  'console.startLog': call(z.object({ bay: bayNumber, path: path.optional() })).returns<void>(),
  'console.stopLog': call(z.object({ bay: bayNumber })).returns<void>(),
  /** Begins to send; how it goes is in the view. `transfer-busy`, `transfer-file-unreadable`, `console-closed`. */
  'console.sendFile': call(
    z.object({ bay: bayNumber, protocol: z.enum(transferProtocols), path }),
  ).returns<void>(),
  'console.cancelFile': call(z.object({ bay: bayNumber })).returns<void>(),
} as const;

export const serialEvents = {
  /** First the console as it is, then at most ten times a second what has changed; latest wins. */
  console: event(z.object({ bay: bayNumber }), z.object({ console: consoleViewSchema })),
} as const;
