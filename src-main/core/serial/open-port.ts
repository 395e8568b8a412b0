import { fail, fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import { serialSettingsSchema, type SerialSettings } from '../../../src-shared/model/serial.js';
import type { Clock } from '../clock.js';
import { createEmitter } from '../emitter.js';
import type { SerialPort } from './serial-port.js';
import { openFault, signalFault } from './wire-faults.js';
import { openWire, type Wire } from './wire.js';

/** What one read takes at most, in bytes: a third of a second at 1.5 Mbaud. */
const readBytes = 64 * 1024;

/** A serial port around a handle that has just been opened and locked; closes it in the end. */
export function createSerialPort(options: {
  node: string;
  /** A pseudo-terminal: no lines beside the data, and nobody need read what is sent. */
  isPseudo: boolean;
  wire: Wire;
  settings: SerialSettings;
  clock: Clock;
}): SerialPort {
  const { node, isPseudo, clock } = options;
  let { wire, settings } = options;
  const data = createEmitter<Buffer>();
  const closed = createEmitter<Fault | null>();
  let state: 'open' | 'changing' | 'closed' = 'open';
  let signals = { dtr: true, rts: true };
  let writing: Promise<unknown> = Promise.resolve();
  let reading = read(wire);
  let ending: Promise<void> | null = null;
  let changing: Promise<unknown> = Promise.resolve();

  const isOver = (): boolean => state === 'closed';

  async function read(from: Wire): Promise<void> {
    const into = Buffer.allocUnsafeSlow(readBytes);
    for (;;) {
      let count: number;
      try {
        count = await from.read(into);
      } catch (error) {
        // Closed by us, or exchanged for a handle with other settings.
        if (state !== 'open' || from !== wire) return;
        if (!(error instanceof Error)) throw error;
        return end(fault('serial-gone', { path: node }, error.message));
      }
      if (count > 0) data.emit(Buffer.from(into.subarray(0, count)));
      if (from !== wire || state !== 'open') return;
      if (count === 0) return end(fault('serial-gone', { path: node }));
    }
  }

  /** Says so at once; `ending` is what a later `close` waits for. */
  function end(reason: Fault | null): void {
    if (isOver()) return;
    state = 'closed';
    const last = wire;
    ending = last.close().then(undefined, () => undefined);
    closed.emit(reason);
  }

  function notOpen(): { ok: false; error: Fault } {
    return fail('serial-closed', { path: node });
  }

  async function exchange(next: SerialSettings): Promise<Result<void>> {
    const before = wire;
    // While one handle stays open the system does not hang up, and DTR and RTS do not move.
    let bridge: Wire;
    try {
      bridge = await openWire(node, next, false);
    } catch (error) {
      return { ok: false, error: refusal(error) };
    }
    state = 'changing';
    await before.close().catch(() => undefined);
    await reading;
    let problem: Fault | null = null;
    try {
      wire = await openWire(node, next, true);
      settings = next;
    } catch (error) {
      problem = openFault(error, node);
    }
    if (problem !== null || isOver()) {
      await bridge.close().catch(() => undefined);
      if (problem === null) await wire.close().catch(() => undefined);
      if (!isOver()) {
        state = 'closed';
        ending = Promise.resolve();
        closed.emit(problem);
      }
      return problem === null ? notOpen() : { ok: false, error: problem };
    }
    await bridge.close().catch(() => undefined);
    state = 'open';
    reading = read(wire);
    return ok();
  }

  function refusal(error: unknown): Fault {
    const problem = openFault(error, node);
    return problem.code === 'serial-no-port' ? { ...problem, code: 'serial-settings-refused' } : problem;
  }

  async function set(brk: boolean): Promise<Result<void>> {
    if (isOver()) return notOpen();
    try {
      await wire.setSignals({ ...signals, brk });
      return ok();
    } catch (error) {
      return { ok: false, error: signalFault(error, node) };
    }
  }

  return {
    node,
    get settings() {
      return settings;
    },
    get isOpen() {
      return !isOver();
    },
    get signals() {
      return signals;
    },
    data,
    closed,
    write(bytes) {
      // The library would interleave what it could not write at once.
      const written = writing.then(async (): Promise<Result<void>> => {
        await changing;
        if (isOver()) return notOpen();
        try {
          await wire.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
          return ok();
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          if (isOver()) return notOpen();
          const gone = fault('serial-gone', { path: node }, error.message);
          end(gone);
          return { ok: false, error: gone };
        }
      });
      writing = written;
      return written;
    },
    async drain() {
      await writing;
      if (isOver()) return notOpen();
      if (isPseudo || settings.flowControl !== 'none') return ok();
      try {
        await wire.drain();
        return ok();
      } catch (error) {
        return { ok: false, error: signalFault(error, node) };
      }
    },
    configure(next) {
      const valid = serialSettingsSchema.safeParse(next);
      if (!valid.success)
        return Promise.resolve(fail('serial-settings-refused', { path: node }, valid.error.message));
      const done = changing.then(() => (isOver() ? notOpen() : exchange(valid.data)));
      changing = done;
      return done;
    },
    async setSignals(next) {
      const before = signals;
      signals = next;
      const done = await set(false);
      if (!done.ok) signals = before;
      return done;
    },
    async readSignals() {
      if (isOver()) return notOpen();
      try {
        const { cts, dsr, dcd } = await wire.readSignals();
        return ok({ cts, dsr, dcd });
      } catch (error) {
        return { ok: false, error: signalFault(error, node) };
      }
    },
    async sendBreak(ms) {
      const began = await set(true);
      if (!began.ok) return began;
      await new Promise<void>((resolve) => void clock.after(ms, resolve));
      return set(false);
    },
    async close() {
      end(null);
      await changing;
      await ending;
      await reading;
    },
  };
}
