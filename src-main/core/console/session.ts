import type { ConsoleOptions } from '../../../src-shared/model/console.js';
import { ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import { createHistory } from './history.js';
import type { SerialPort } from '../serial/serial-port.js';
import type { TerminalSink, TerminalSource } from '../terminals/source.js';
import { createHexFormat, createTextFormat, withoutQuestions, type ConsoleFormat } from './formats.js';

/** What a view that is changed shows again, in bytes. */
const shownAgain = 64 * 1024;
/** What may wait for a window that has fallen behind, in bytes; what is older is only in the log file. */
const mostBehind = 4 * 1024 * 1024;
const carriageReturn = 0x0d;
const endings = { cr: [0x0d], lf: [0x0a], crlf: [0x0d, 0x0a] } as const;

/** An open port as its terminal sees it. */
export interface ConsoleSession {
  readonly port: SerialPort;
  /** For the terminal: what is typed, what is shown. */
  readonly source: TerminalSource;
  /** The view may have changed: shows again what came last, as it would be shown now. */
  follow(): void;
  /** While a file is being sent, what comes belongs to the protocol and is not shown. */
  mute(): void;
  /** @param rest what came in the meantime after all, to be shown */
  unmute(rest: Uint8Array): void;
}

export function createConsoleSession(session: {
  port: SerialPort;
  clock: Clock;
  options: () => ConsoleOptions;
  /** Everything that came, in order, before anything else is done with it. */
  onBytes: (bytes: Uint8Array) => void;
  /** The terminal closes it: whoever else has parts of it lets go of them here. */
  onClose: () => Promise<void>;
}): ConsoleSession {
  const { port, clock, options, onBytes, onClose } = session;
  const history = createHistory(shownAgain);
  let sink: TerminalSink | null = null;
  let format = formatOf(options());
  let isMuted = false;
  let isPaused = false;
  let behind: Uint8Array[] = [];
  let behindBytes = 0;
  let shownFor = viewKey(options());

  function output(bytes: Uint8Array): void {
    if (sink === null || bytes.length === 0) return;
    if (!isPaused) return sink.output(bytes);
    // The port is read on: a serial line cannot be made to wait, and the log file has everything.
    behind.push(bytes);
    behindBytes += bytes.length;
    while (behindBytes > mostBehind) behindBytes -= behind.shift()?.length ?? behindBytes;
  }

  function show(bytes: Uint8Array, at: number): void {
    history.add(bytes, at);
    output(format.show(bytes, at));
  }

  const subscriptions = [
    port.data.subscribe((bytes) => {
      onBytes(bytes);
      if (!isMuted) show(bytes, clock.now());
    }),
    port.closed.subscribe((problem: Fault | null) => {
      isPaused = false;
      flush();
      sink?.ended({ exitCode: null, fault: problem });
    }),
  ];

  function flush(): void {
    const pieces = behind;
    behind = [];
    behindBytes = 0;
    for (const piece of pieces) sink?.output(piece);
  }

  return {
    port,
    source: {
      start(given) {
        sink = given;
      },
      async write(bytes): Promise<Result<void>> {
        // What is typed now would be taken for an answer of the transfer.
        if (isMuted) return ok();
        const { lineEnding, localEcho, view } = options();
        const typed = withLineEnding(bytes, endings[lineEnding]);
        if (localEcho && view === 'text') output(withLineEnding(bytes, endings.crlf));
        return port.write(typed);
      },
      resize: () => Promise.resolve(ok()),
      pause: () => void (isPaused = true),
      resume() {
        isPaused = false;
        flush();
      },
      async close() {
        await onClose();
        for (const subscription of subscriptions) subscription.dispose();
      },
    },
    follow() {
      if (viewKey(options()) === shownFor) return;
      shownFor = viewKey(options());
      format = formatOf(options());
      // RIS: an empty screen, and no modes left of what ran before.
      output(Buffer.from('\x1bc'));
      for (const { bytes, at } of history.entries())
        output(format.show(withoutQuestions(Buffer.from(bytes)), at));
    },
    mute: () => void (isMuted = true),
    unmute(rest) {
      isMuted = false;
      if (rest.length > 0) show(rest, clock.now());
    },
  };
}

const viewKey = ({ view, timestamps }: ConsoleOptions): string => `${view} ${timestamps}`;

function formatOf({ view, timestamps }: ConsoleOptions): ConsoleFormat {
  return view === 'hex' ? createHexFormat(timestamps) : createTextFormat(timestamps);
}

/** What the Enter key sends (a carriage return) as the device wants it. */
export function withLineEnding(bytes: Uint8Array, ending: readonly number[]): Uint8Array {
  if (ending.length === 1 && ending[0] === carriageReturn) return bytes;
  return Uint8Array.from([...bytes].flatMap((byte) => (byte === carriageReturn ? [...ending] : [byte])));
}
