import { z } from 'zod';

/** Where a label printer is. */
export type PrinterSettings =
  { kind: 'tcp'; host: string; port: number } | { kind: 'serial'; path: string; baud: number };

/** One entry of `labels:` of `station.yaml`; fields are described in docs/labels.md. */
export interface LabelSettings {
  /** A file, relative to the home: `.yaml` for a label of Slipway's own kind, `.zpl` for the printer's language. */
  template: string;
  printer: PrinterSettings | null;
  /** Whether the printer is asked how it is before anything is sent. */
  status: boolean;
  /** `pass`: by itself when a run passes. */
  print: 'pass' | 'request';
  /** Only for these models; all when it is left out. */
  models?: string[] | undefined;
}

/** Where ZPL printers listen for raw data. */
const rawPort = 9100;

const tcpAddress = z.string().transform((text, context) => {
  const [, host = '', port = String(rawPort)] =
    /^([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > 65_535) {
    context.addIssue({ code: 'custom', message: 'printerAddress' });
    return z.NEVER;
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
});

const printerSchema = z
  .strictObject({
    tcp: tcpAddress.optional(),
    serial: z.string().regex(/^\//, 'absolutePath').optional(),
    baud: z.number().int().min(50).max(12_000_000).default(9600),
  })
  .transform(({ tcp, serial, baud }, context): PrinterSettings => {
    if (tcp !== undefined && serial === undefined) return { kind: 'tcp', ...tcp };
    if (serial !== undefined && tcp === undefined) return { kind: 'serial', path: serial, baud };
    context.addIssue({ code: 'custom', message: 'printerKind' });
    return z.NEVER;
  });

export const labelsSchema = z
  .record(
    z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'shortName'),
    z.strictObject({
      template: z.string().regex(/\.(ya?ml|zpl)$/i, 'labelTemplate'),
      printer: printerSchema.nullable().default(null),
      status: z.boolean().default(true),
      print: z.enum(['pass', 'request']).default('request'),
      models: z.array(z.string()).min(1).optional(),
    }),
  )
  .default({})
  .transform((labels): ReadonlyMap<string, LabelSettings> => new Map(Object.entries(labels)));

/** A printer as people and records name it. */
export function printerName(printer: PrinterSettings): string {
  return printer.kind === 'tcp' ? `tcp ${printer.host}:${printer.port}` : `serial ${printer.path}`;
}
