import { z } from 'zod';

/** The rates a person is offered; any other from 50 to 12 000 000 can be typed. Bits a second. */
export const standardBaudRates = [
  300, 1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600, 1_500_000,
] as const;

export const parities = ['none', 'even', 'odd'] as const;
export const flowControls = ['none', 'rts-cts', 'xon-xoff'] as const;

/** How a serial port is spoken to. */
export const serialSettingsSchema = z.object({
  /** Bits a second. */
  baudRate: z.number().int().min(50).max(12_000_000),
  dataBits: z.union([z.literal(5), z.literal(6), z.literal(7), z.literal(8)]),
  parity: z.enum(parities),
  stopBits: z.union([z.literal(1), z.literal(2)]),
  flowControl: z.enum(flowControls),
});
export type SerialSettings = z.infer<typeof serialSettingsSchema>;

/** 115200 8N1, what most boot loaders speak. */
export const defaultSerialSettings: SerialSettings = {
  baudRate: 115_200,
  dataBits: 8,
  parity: 'none',
  stopBits: 1,
  flowControl: 'none',
};

/** The lines that the station drives. */
export const outgoingSignalsSchema = z.object({ dtr: z.boolean(), rts: z.boolean() });
export type OutgoingSignals = z.infer<typeof outgoingSignalsSchema>;

/** The lines that the device drives. The ring indicator is missing: the serial library does not tell it. */
export const incomingSignalsSchema = z.object({ cts: z.boolean(), dsr: z.boolean(), dcd: z.boolean() });
export type IncomingSignals = z.infer<typeof incomingSignalsSchema>;
