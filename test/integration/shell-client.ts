import type { EventMessage } from '../../src-shared/contract.js';
import type { TerminalEnding } from '../../src-shared/model/terminal.js';
import type { Station } from '../../src-main/core/station-api.js';
import { valueOf } from './engine-bench.js';

/** A shell as a window has it: what it said, what is typed. */
export interface ShellClient {
  readonly id: string;
  /** All that it said since it was opened, or since `forget`. */
  text(): string;
  forget(): void;
  /** Every message of its terminal. */
  readonly messages: EventMessage<'terminal'>[];
  send(text: string): Promise<void>;
  /** Types a command and resolves with what stands between its echo and the mark that follows it. */
  run(command: string): Promise<string>;
  until(pattern: RegExp, limitMs?: number): Promise<string>;
  ended(limitMs?: number): Promise<TerminalEnding>;
  /** Bytes of output so far. */
  position(): number;
  resize(columns: number, rows: number): Promise<void>;
  /** Stops acknowledging, as a window that is busy, until called with false. */
  hang(on: boolean): void;
  close(): Promise<void>;
  /** Lets go without closing, as a window that is reloaded. */
  leave(): void;
}

export async function openShell(
  station: Station,
  bay: number,
  place: 'container' | 'throw-away',
  size = { columns: 100, rows: 30 },
): Promise<ShellClient> {
  const { id } = valueOf(await station.handlers['shells.open']({ bay, place, ...size }));
  const shell = watchShell(station, id);
  await shell.until(/[#$] /);
  return shell;
}

export function watchShell(station: Station, id: string): ShellClient {
  const messages: EventMessage<'terminal'>[] = [];
  const looks = new Set<() => void>();
  const decoder = new TextDecoder();
  let text = '';
  let position = 0;
  let viewer = -1;
  let ending: TerminalEnding | null = null;
  let isHanging = false;
  let marks = 0;

  const acknowledge = (): void => {
    if (!isHanging) void station.handlers['terminal.ack']({ id, viewer, position });
  };
  const subscription = station.subscribe('terminal', { id }, (message) => {
    messages.push(message);
    if (message.kind === 'state') {
      viewer = message.viewer;
      ending = message.terminal.ended;
    } else if (message.kind === 'output') {
      text += decoder.decode(message.bytes, { stream: true });
      // As much as a window keeps: a flood is not the test's to hold.
      text = text.slice(-400_000);
      position = message.from + message.bytes.length;
      queueMicrotask(acknowledge);
    }
    for (const look of looks) look();
  });

  function wait<Value>(read: () => Value | null, what: string, limitMs: number): Promise<Value> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        looks.delete(look);
        reject(new Error(`${what} did not come; the terminal ends with ${JSON.stringify(text.slice(-400))}`));
      }, limitMs);
      const look = (): void => {
        const value = read();
        if (value === null) return;
        clearTimeout(limit);
        looks.delete(look);
        resolve(value);
      };
      looks.add(look);
      look();
    });
  }

  const client: ShellClient = {
    id,
    messages,
    text: () => text,
    forget: () => void (text = ''),
    position: () => position,
    async send(data) {
      valueOf(await station.handlers['terminal.write']({ id, data, encoding: 'text' }));
    },
    async run(command) {
      marks += 1;
      client.forget();
      // The marks as typed are not the marks as printed.
      await client.send(`echo "begin""-${marks}."; ${command}; echo "end""-${marks}."\n`);
      const [, said = ''] = (await client.until(new RegExp(`end-${marks}\\.`))).split(`begin-${marks}.`);
      return said
        .slice(0, said.lastIndexOf(`end-${marks}.`))
        .replaceAll('\r', '')
        .trim();
    },
    until: (pattern, limitMs = 30_000) =>
      wait(() => (pattern.test(text) ? text : null), String(pattern), limitMs),
    ended: (limitMs = 30_000) => wait(() => ending, 'the end', limitMs),
    async resize(columns, rows) {
      valueOf(await station.handlers['terminal.resize']({ id, columns, rows }));
    },
    hang(on) {
      isHanging = on;
      acknowledge();
    },
    async close() {
      valueOf(await station.handlers['terminal.close']({ id }));
      subscription.dispose();
    },
    leave: () => subscription.dispose(),
  };
  return client;
}
