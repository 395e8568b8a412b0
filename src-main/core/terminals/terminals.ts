import { randomUUID } from 'node:crypto';
import type { terminalCalls, terminalEvents } from '../../../src-shared/contract/terminals.js';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { TerminalSize, TerminalView } from '../../../src-shared/model/terminal.js';
import type { Clock } from '../clock.js';
import { createEmitter, type EventStream } from '../emitter.js';
import type { StationPart } from '../part.js';
import type { TerminalSource } from './source.js';
import { createTerminal, type Terminal } from './terminal.js';

/** Terminals that have ended stay to be read until they are closed, as many as this. */
const endedKept = 32;

/** All terminals of the station. Shells and the serial console open theirs here; the contract's calls reach them by id. */
export interface Terminals extends StationPart<typeof terminalCalls, typeof terminalEvents> {
  /** Takes a source that has been opened; from now on the terminal is who closes it. */
  open(options: {
    kind: TerminalView['kind'];
    size: TerminalSize;
    source: TerminalSource;
    id?: string;
  }): Terminal;
  find(id: string): Terminal | undefined;
  /** A terminal was opened, changed its size, ended or was closed. */
  readonly changes: EventStream<{ id: string }>;
}

export function createTerminals({ clock }: { clock: Clock }): Terminals {
  const terminals = new Map<string, Terminal>();
  const changes = createEmitter<{ id: string }>();
  const closing = new Set<Promise<void>>();

  async function close(terminal: Terminal): Promise<void> {
    terminals.delete(terminal.id);
    const closed = terminal.close();
    closing.add(closed);
    await closed;
    closing.delete(closed);
    changes.emit({ id: terminal.id });
  }

  async function forgetOldest(): Promise<void> {
    const over = [...terminals.values()].filter((one) => one.view().ended !== null);
    await Promise.all(over.slice(0, Math.max(0, over.length - endedKept)).map(close));
  }

  const found = (id: string): Result<Terminal> => {
    const terminal = terminals.get(id);
    return terminal === undefined ? fail('terminal-unknown') : ok(terminal);
  };

  return {
    changes,
    find: (id) => terminals.get(id),
    open({ kind, size, source, id = randomUUID() }) {
      const terminal = createTerminal({
        id,
        kind,
        size,
        source,
        clock,
        onChange: () => changes.emit({ id }),
      });
      terminals.set(id, terminal);
      changes.emit({ id });
      void terminal.ended.then(forgetOldest);
      return terminal;
    },
    handlers: {
      'terminal.write': async ({ id, data, encoding }) => {
        const terminal = found(id);
        if (!terminal.ok) return terminal;
        return terminal.value.write(Buffer.from(data, encoding === 'text' ? 'utf8' : 'latin1'));
      },
      'terminal.resize': async ({ id, columns, rows }) => {
        const terminal = found(id);
        return terminal.ok ? terminal.value.resize({ columns, rows }) : terminal;
      },
      'terminal.ack': ({ id, viewer, position }) => {
        terminals.get(id)?.acknowledge(viewer, position);
        return Promise.resolve(ok());
      },
      'terminal.close': async ({ id }) => {
        const terminal = found(id);
        if (terminal.ok) await close(terminal.value);
        // One that is gone is closed.
        return ok();
      },
    },
    streams: {
      terminal({ id }, listener) {
        const terminal = terminals.get(id);
        if (terminal !== undefined) return terminal.watch(listener);
        listener({ kind: 'gone' });
        return { dispose: () => undefined };
      },
    },
    async stop() {
      await Promise.all([...terminals.values()].map(close));
      await Promise.all(closing);
    },
  };
}
