import { z } from 'zod';
import { faultSchema } from './result.js';
import {
  defaultSerialSettings,
  incomingSignalsSchema,
  outgoingSignalsSchema,
  serialSettingsSchema,
} from './serial.js';
import { transferProtocols } from './transfer-protocols.js';

/** What the Enter key sends. */
export const lineEndings = ['cr', 'lf', 'crlf'] as const;

/** How a bay's serial console is set up; remembered for the bay's place. */
export const consoleOptionsSchema = serialSettingsSchema.extend({
  lineEnding: z.enum(lineEndings),
  /** Shows what is typed, for devices that do not send it back. */
  localEcho: z.boolean(),
  /** As text, or as offset, hexadecimal and ASCII. */
  view: z.enum(['text', 'hex']),
  /** The time at which each line began to come. */
  timestamps: z.boolean(),
});
export type ConsoleOptions = z.infer<typeof consoleOptionsSchema>;

export const defaultConsoleOptions: ConsoleOptions = {
  ...defaultSerialSettings,
  lineEnding: 'cr',
  localEcho: false,
  view: 'text',
  timestamps: false,
};

/** Who has a bay's port now. */
export const portHolderSchema = z.discriminatedUnion('by', [
  /** No port: nothing is plugged in. */
  z.object({ by: z.literal('no-port') }),
  z.object({ by: z.literal('nobody') }),
  /** The station's own console. */
  z.object({ by: z.literal('console') }),
  /** The container of a run. */
  z.object({ by: z.literal('run') }),
  /** A shell that has the recipe's device. */
  z.object({ by: z.literal('shell') }),
  /** A program that is none of the station's: `picocom (4711)`. */
  z.object({ by: z.literal('other'), names: z.string() }),
]);
export type PortHolder = z.infer<typeof portHolderSchema>;

/** A file on its way to the device, or how the last one ended. */
export const consoleTransferSchema = z.object({
  protocol: z.enum(transferProtocols),
  /** Without folders. */
  name: z.string(),
  /** Bytes that the device has confirmed, of `total`. */
  sent: z.number(),
  total: z.number(),
  /** Blocks that were sent again. */
  retries: z.number().int(),
  startedAt: z.number(),
  /** Null while it goes on. */
  endedAt: z.number().nullable(),
  fault: faultSchema.nullable(),
});
export type ConsoleTransfer = z.infer<typeof consoleTransferSchema>;

/** A bay's serial console: all that a window draws around its terminal. */
export const consoleViewSchema = z.object({
  bay: z.number().int(),
  options: consoleOptionsSchema,
  /** Of the terminal that shows the console; null when there is none yet. It stays to be read after the console was closed. */
  terminalId: z.string().nullable(),
  isOpen: z.boolean(),
  holder: portHolderSchema,
  /** Why it was closed, or could not be opened; null when nothing is wrong. */
  fault: faultSchema.nullable(),
  /** Null where the port has no such lines. */
  signals: z.object({ out: outgoingSignalsSchema, in: incomingSignalsSchema }).nullable(),
  log: z.object({
    /** Where it is written to, or would be. */
    path: z.string(),
    isOn: z.boolean(),
    /** Written since it was switched on. */
    bytes: z.number(),
    fault: faultSchema.nullable(),
  }),
  transfer: consoleTransferSchema.nullable(),
});
export type ConsoleView = z.infer<typeof consoleViewSchema>;
