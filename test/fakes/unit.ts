import type { Clock } from '../../src-main/core/clock.js';
import { createEmitter } from '../../src-main/core/emitter.js';
import type { SerialOpener } from '../../src-main/core/serial/serial-port.js';
import { defaultSerialSettings } from '../../src-shared/model/serial.js';
import { fail, fault, ok, type Fault } from '../../src-shared/model/result.js';

/** A unit at the other end of a serial port: what it answers to each line that is sent to it. */
export interface FakeUnit extends SerialOpener {
  /** Called with every line; what it returns is said. */
  answer: (line: string) => string;
  /** Said as soon as the port is open. */
  greeting: string;
  refusal: Fault | null;
  readonly heard: string[];
  readonly openPorts: number;
  say(text: string): void;
  /** Pulls it out. */
  vanish(): void;
}

export function createFakeUnit(clock: Clock): FakeUnit {
  const ports = new Set<{ data: (text: string) => void; gone: () => void }>();
  const heard: string[] = [];
  const unit: FakeUnit = {
    answer: () => '',
    greeting: '',
    refusal: null,
    heard,
    get openPorts() {
      return ports.size;
    },
    say: (text) => ports.forEach(({ data }) => data(text)),
    vanish: () => ports.forEach(({ gone }) => gone()),
    holders: () => Promise.resolve(''),
    open({ node }) {
      if (unit.refusal !== null) return Promise.resolve({ ok: false, error: unit.refusal });
      if (ports.size > 0) return Promise.resolve(fail('port-busy', { path: node }));
      const data = createEmitter<Buffer>();
      const closed = createEmitter<Fault | null>();
      let isOpen = true;
      const end = (why: Fault | null): void => {
        if (!isOpen) return;
        isOpen = false;
        ports.delete(self);
        closed.emit(why);
      };
      const self = {
        data: (text: string) => data.emit(Buffer.from(text)),
        gone: () => end(fault('serial-gone', { path: node })),
      };
      ports.add(self);
      clock.after(1, () => self.data(unit.greeting));
      const unsupported = () => Promise.resolve(fail('serial-not-supported', { path: node }));
      return Promise.resolve(
        ok({
          node,
          settings: defaultSerialSettings,
          get isOpen() {
            return isOpen;
          },
          data,
          closed,
          write(bytes: Uint8Array) {
            if (!isOpen) return Promise.resolve(fail('serial-closed', { path: node }));
            const line = Buffer.from(bytes).toString().trim();
            heard.push(line);
            const said = unit.answer(line);
            clock.after(1, () => self.data(said));
            return Promise.resolve(ok());
          },
          drain: () => Promise.resolve(ok()),
          configure: () => Promise.resolve(ok()),
          signals: { dtr: true, rts: true },
          setSignals: unsupported,
          readSignals: unsupported,
          sendBreak: unsupported,
          close() {
            end(null);
            return Promise.resolve();
          },
        }),
      );
    },
  };
  return unit;
}
