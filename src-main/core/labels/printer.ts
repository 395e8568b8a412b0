import { createConnection } from 'node:net';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { defaultSerialSettings } from '../../../src-shared/model/serial.js';
import type { Clock } from '../clock.js';
import { printerName, type PrinterSettings } from '../config/label-config.js';
import type { SyncDisposable } from '../disposable.js';
import type { SerialOpener } from '../serial/serial-port.js';

/** How long a printer may take to let itself be reached, to say how it is, to take a label, and to hang up; in ms. */
const limits = { connect: 5000, status: 3000, label: 20_000, close: 3000 };

/** A way to a printer's bytes. */
interface Line {
  write(bytes: Buffer): Promise<Result<void>>;
  /** What it says, as it comes. */
  onData(listener: (chunk: Buffer) => void): void;
  /** Resolves when all that was written has gone out, and the line is closed. */
  end(): Promise<Result<void>>;
  /** Closes at once. */
  abandon(): void;
}

export interface PrinterParts {
  clock: Clock;
  serial: SerialOpener;
}

/**
 * Sends one label. With `asksStatus` the printer is asked first how it is (`~HS`), and nothing is sent unless it can print.
 * `label-printer-away`, `label-printer-silent`, `label-printer-paper`, `label-printer-ribbon`, `label-printer-open`,
 * `label-printer-paused`, and what a serial port can fail with. `sent` is called before the first byte of the label.
 */
export async function sendToPrinter(
  printer: PrinterSettings,
  label: string,
  options: PrinterParts & { asksStatus: boolean; sent: () => Result<void> },
  signal: AbortSignal,
): Promise<Result<void>> {
  const name = printerName(printer);
  const opened = await openLine(printer, options);
  if (!opened.ok) return opened;
  const line = opened.value;
  const away = fail('label-printer-away', { printer: name });
  const abandon = (): void => line.abandon();
  signal.addEventListener('abort', abandon, { once: true });
  try {
    if (options.asksStatus) {
      const state = await askStatus(line, name, options.clock);
      if (!state.ok) {
        line.abandon();
        return state;
      }
    }
    if (signal.aborted) return away;
    const noted = options.sent();
    if (!noted.ok) {
      line.abandon();
      return noted;
    }
    const limit = options.clock.after(limits.label, abandon);
    const written = await line.write(Buffer.from(label));
    const ended = written.ok ? await line.end() : written;
    limit.dispose();
    return ended;
  } finally {
    signal.removeEventListener('abort', abandon);
  }
}

/** Zebra, ZPL II Programming Guide, ~HS: three lines between STX and ETX; the flags that keep it from printing. */
export function printerProblem(lines: readonly string[]): 'paper' | 'paused' | 'open' | 'ribbon' | null {
  const [first = [], second = []] = lines.map((line) => line.split(','));
  if (first[1] === '1') return 'paper';
  if (second[2] === '1') return 'open';
  if (second[3] === '1') return 'ribbon';
  return first[2] === '1' ? 'paused' : null;
}

// eslint-disable-next-line no-control-regex -- STX and ETX are what the lines stand between
const statusLine = /\x02([^\x03]*)\x03/g;

async function askStatus(line: Line, printer: string, clock: Clock): Promise<Result<void>> {
  let heard = '';
  const answered = new Promise<string[] | null>((resolve) => {
    const limit = clock.after(limits.status, () => resolve(null));
    line.onData((chunk) => {
      heard += chunk.toString('latin1');
      const lines = [...heard.matchAll(statusLine)].map(([, text]) => text ?? '');
      if (lines.length < 3 && heard.length < 4096) return;
      limit.dispose();
      resolve(lines);
    });
  });
  const asked = await line.write(Buffer.from('~HS\r\n'));
  if (!asked.ok) return asked;
  const lines = await answered;
  if (lines === null) return fail('label-printer-silent', { printer });
  const problem = printerProblem(lines);
  return problem === null ? ok() : fail(`label-printer-${problem}`, { printer });
}

function openLine(printer: PrinterSettings, parts: PrinterParts): Promise<Result<Line>> {
  return printer.kind === 'tcp' ? openTcp(printer, parts.clock) : openSerial(printer, parts.serial);
}

function openTcp({ host, port }: { host: string; port: number }, clock: Clock): Promise<Result<Line>> {
  const away = (detail: string) => fail('label-printer-away', { printer: `tcp ${host}:${port}` }, detail);
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    let problem: Result<Line> | null = null;
    const limit = clock.after(limits.connect, () => socket.destroy(new Error('no answer')));
    socket.on('error', (error) => {
      problem ??= away(error.message);
      limit.dispose();
      resolve(problem);
    });
    const failure = (): { ok: false; error: ReturnType<typeof away>['error'] } =>
      problem?.ok === false ? problem : away('closed');
    socket.once('connect', () => {
      limit.dispose();
      resolve(
        ok({
          write: (bytes) =>
            new Promise((done) => {
              socket.once('close', () => done(failure()));
              socket.write(bytes, (error) => done(error === null || error === undefined ? ok() : failure()));
            }),
          onData: (listener) => void socket.on('data', listener),
          end: () =>
            new Promise((done) => {
              let flushed = false;
              socket.once('close', () => {
                grace?.dispose();
                done(flushed && problem === null ? ok() : failure());
              });
              let grace: SyncDisposable | undefined;
              // What it says now is of no interest, but unread it would break the connection.
              socket.resume();
              socket.end(() => {
                flushed = true;
                // Some printers never close their side: the bytes are out of our hands all the same.
                grace = clock.after(limits.close, () => socket.destroy());
              });
            }),
          abandon: () => void socket.destroy(new Error('given up')),
        }),
      );
    });
  });
}

async function openSerial(
  { path, baud }: { path: string; baud: number },
  serial: SerialOpener,
): Promise<Result<Line>> {
  const opened = await serial.open({ ...defaultSerialSettings, baudRate: baud, node: path });
  if (!opened.ok) return opened;
  const port = opened.value;
  return ok({
    write: (bytes) => port.write(bytes),
    onData: (listener) => void port.data.subscribe(listener),
    async end() {
      const drained = await port.drain();
      await port.close();
      return drained;
    },
    abandon: () => void port.close(),
  });
}
