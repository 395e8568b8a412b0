import { join } from 'node:path';
import type { ConsoleOptions, ConsoleTransfer, ConsoleView } from '../../../src-shared/model/console.js';
import { fail, fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { IncomingSignals, OutgoingSignals } from '../../../src-shared/model/serial.js';
import type { TransferProtocol } from '../../../src-shared/model/transfer-protocols.js';
import type { TerminalSize } from '../../../src-shared/model/terminal.js';
import type { BayController } from '../bays/bay-controller.js';
import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';
import type { SerialOpener, SerialPort } from '../serial/serial-port.js';
import { openSourceFile } from '../serial/xmodem/source-file.js';
import { sendFiles } from '../serial/xmodem/send-files.js';
import type { Terminals } from '../terminals/terminals.js';
import { openConsoleLog, type ConsoleLog } from './console-log.js';
import type { OptionsStore } from './options-store.js';
import { createConsoleSession, type ConsoleSession } from './session.js';

/** How long a break holds the line, in ms: more than one character at 50 baud, less than what a person calls a wait. */
const breakLength = 250;

export interface BayConsoleParts {
  home: string;
  clock: Clock;
  opener: SerialOpener;
  terminals: Terminals;
  options: OptionsStore;
  /** Something threw that should not have. */
  onDefect: (error: unknown) => void;
}

/** What is left out stays as it is. */
export type OptionsChange = { [Name in keyof ConsoleOptions]?: ConsoleOptions[Name] | undefined };

/** One bay's serial console: whoever has it open has the bay. */
export interface BayConsole {
  view(): Omit<ConsoleView, 'holder'>;
  readonly isOpen: boolean;
  open(size: TerminalSize): Promise<Result<void>>;
  /** Resolves when the port is free. */
  close(): Promise<void>;
  change(options: OptionsChange): Promise<Result<void>>;
  setSignals(signals: OutgoingSignals): Promise<Result<void>>;
  sendBreak(): Promise<Result<void>>;
  startLog(path: string | undefined): Promise<Result<void>>;
  stopLog(): Promise<void>;
  sendFile(protocol: TransferProtocol, path: string): Promise<Result<void>>;
  cancelFile(): void;
  /** Reads the device's lines, where there are any. */
  lookAtSignals(): Promise<void>;
  /** The bay changed: its port may have gone. */
  bayChanged(): void;
}

interface Open {
  session: ConsoleSession;
  port: SerialPort;
  hold: SyncDisposable;
  /** Tells this attachment from the next. */
  identity: string;
  sending: { stop: AbortController; ended: Promise<void> } | null;
}

export function createBayConsole(
  bay: BayController,
  parts: BayConsoleParts,
  onChange: () => void,
): BayConsole {
  const { home, clock, opener, terminals, onDefect } = parts;
  const number = bay.place.number;
  const ownLog = join(home, 'consoles', `bay-${String(number).padStart(2, '0')}.log`);
  let opened: Open | null = null;
  let busy: Promise<unknown> = Promise.resolve();
  let terminalId: string | null = null;
  let problem: Fault | null = null;
  /** The attachment that `problem` is about. */
  let lastIdentity: string | null = null;
  let closing: Promise<void> = Promise.resolve();
  let log: ConsoleLog | null = null;
  let logPath = ownLog;
  let logFault: Fault | null = null;
  let incoming: IncomingSignals | null = null;
  let transfer: ConsoleTransfer | null = null;

  const options = (): ConsoleOptions => parts.options.of(bay.place.physicalPath);

  /** One after the other: a console is never opened and closed at the same time. */
  function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = busy.then(work);
    busy = done.catch(() => undefined);
    return done;
  }

  async function openNow(size: TerminalSize): Promise<Result<void>> {
    if (opened !== null) return ok();
    const { port: found } = bay.view();
    if (found === null) return fail('bay-empty', { bay: number });
    const hold = bay.hold('serial-console');
    if (!hold.ok) return hold;
    const { baudRate, dataBits, parity, stopBits, flowControl } = options();
    const port = await opener.open({ node: found.node, baudRate, dataBits, parity, stopBits, flowControl });
    if (!port.ok) {
      hold.value.dispose();
      lastIdentity = found.identity;
      problem = port.error;
      onChange();
      return port;
    }
    const session: ConsoleSession = createConsoleSession({
      port: port.value,
      clock,
      options,
      onBytes: (bytes) => log?.append(bytes),
      onClose: () => (opened?.session === session ? close() : closing),
    });
    const before = terminalId;
    opened = { session, port: port.value, hold: hold.value, identity: found.identity, sending: null };
    port.value.closed.subscribe((gone) => {
      if (gone === null) return;
      problem = gone;
      close().catch(onDefect);
    });
    lastIdentity = found.identity;
    problem = null;
    transfer = null;
    incoming = null;
    terminalId = terminals.open({ kind: 'serial-console', size, source: session.source }).id;
    if (before !== null) await terminals.handlers['terminal.close']({ id: before });
    onChange();
    void lookAtSignals().catch(onDefect);
    return ok();
  }

  /** Also what the terminal calls when it is closed; called again, it waits for the same end. */
  function close(): Promise<void> {
    const current = opened;
    if (current === null) return Promise.resolve();
    opened = null;
    return (closing = closeNow(current));
  }

  async function closeNow({ port, hold, sending }: Open): Promise<void> {
    sending?.stop.abort();
    await sending?.ended;
    await port.close();
    await stopLog();
    incoming = null;
    // Last: from here on a container may open the port.
    hold.dispose();
    onChange();
  }

  async function stopLog(): Promise<void> {
    const last = log;
    log = null;
    await last?.close();
    onChange();
  }

  async function lookAtSignals(): Promise<void> {
    const current = opened;
    if (current === null) return;
    const read = await current.port.readSignals();
    if (current !== opened) return;
    const next = read.ok ? read.value : null;
    if (JSON.stringify(next) === JSON.stringify(incoming)) return;
    incoming = next;
    onChange();
  }

  async function send(
    current: Open,
    protocol: TransferProtocol,
    path: string,
    stop: AbortController,
  ): Promise<void> {
    const { result, rest } = await sendFiles({
      port: current.port,
      protocol,
      files: [path],
      clock,
      signal: stop.signal,
      onProgress(progress) {
        if (transfer !== null) transfer = { ...transfer, ...progress };
        onChange();
      },
    });
    current.sending = null;
    current.session.unmute(rest);
    if (transfer !== null) {
      transfer = { ...transfer, endedAt: clock.now(), fault: result.ok ? null : result.error };
    }
    onChange();
  }

  const closed = (): Result<never> => fail('console-closed', { bay: number });

  return {
    get isOpen() {
      return opened !== null;
    },
    view: () => ({
      bay: number,
      options: options(),
      terminalId,
      isOpen: opened !== null,
      fault: problem,
      signals: opened === null || incoming === null ? null : { out: opened.port.signals, in: incoming },
      log: { path: log?.path ?? logPath, isOn: log !== null, bytes: log?.bytes ?? 0, fault: logFault },
      transfer,
    }),
    open: (size) => inTurn(() => openNow(size)),
    close: () =>
      inTurn(async () => {
        problem = null;
        await close();
        await closing;
      }),
    change: (change) =>
      inTurn(async () => {
        const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
        const next: ConsoleOptions = { ...options(), ...given };
        const { baudRate, dataBits, parity, stopBits, flowControl } = next;
        const wire = { baudRate, dataBits, parity, stopBits, flowControl };
        const current = opened;
        const isOtherWire = JSON.stringify(wire) !== JSON.stringify(current?.port.settings);
        if (current !== null && isOtherWire) {
          if (current.sending !== null) return fail('transfer-busy');
          const changed = await current.port.configure(wire);
          if (!changed.ok) return changed;
        }
        const kept = await parts.options.set(bay.place.physicalPath, next);
        current?.session.follow();
        onChange();
        return kept;
      }),
    async setSignals(signals) {
      if (opened === null) return closed();
      const set = await opened.port.setSignals(signals);
      onChange();
      return set;
    },
    async sendBreak() {
      return opened === null ? closed() : opened.port.sendBreak(breakLength);
    },
    startLog: (path) =>
      inTurn(async () => {
        if (opened === null) return closed();
        await stopLog();
        logPath = path ?? ownLog;
        const started = await openConsoleLog({
          path: logPath,
          onWritten: onChange,
          onFault(gone) {
            logFault = gone;
            stopLog().catch(onDefect);
          },
        });
        logFault = started.ok ? null : started.error;
        if (started.ok) log = started.value;
        onChange();
        return started.ok ? ok() : started;
      }),
    stopLog: () => inTurn(stopLog),
    async sendFile(protocol, path) {
      const current = opened;
      if (current === null) return closed();
      if (current.sending !== null) return fail('transfer-busy');
      const stop = new AbortController();
      let end: () => void = () => undefined;
      const ended = new Promise<void>((resolve) => (end = resolve));
      current.sending = { stop, ended };
      // Asked once before: what cannot be read is said where it was chosen.
      const file = await openSourceFile(path);
      if (!file.ok) {
        current.sending = null;
        end();
        return file;
      }
      await file.value.close();
      const { name, size } = file.value.facts;
      transfer = {
        protocol,
        name,
        sent: 0,
        total: size,
        retries: 0,
        startedAt: clock.now(),
        endedAt: null,
        fault: null,
      };
      current.session.mute();
      onChange();
      send(current, protocol, path, stop).catch(onDefect).finally(end);
      return ok();
    },
    cancelFile: () => opened?.sending?.stop.abort(),
    lookAtSignals,
    bayChanged() {
      const { port } = bay.view();
      if (opened !== null && port?.identity !== opened.identity) {
        problem = fault('serial-gone', { path: opened.port.node });
        close().catch(onDefect);
        return;
      }
      // Plugged in again: what was wrong with the last unit's port is of no interest any more.
      if (opened === null && port !== null && port.identity !== lastIdentity) problem = null;
      onChange();
    },
  };
}
