import { ok } from '../../src-shared/model/result.js';
import type { TerminalSize } from '../../src-shared/model/terminal.js';
import type { TerminalSink, TerminalSource } from '../../src-main/core/terminals/source.js';

/** A source that says what a test says, and remembers what it was told. */
export interface FakeTerminalSource extends TerminalSource {
  readonly written: string[];
  readonly sizes: TerminalSize[];
  readonly paused: boolean;
  readonly closed: boolean;
  say(text: string | Uint8Array): void;
  end(...how: Parameters<TerminalSink['ended']>): void;
}

export function createFakeTerminalSource(): FakeTerminalSource {
  const written: string[] = [];
  const sizes: TerminalSize[] = [];
  let sink: TerminalSink | undefined;
  let paused = false;
  let closed = false;
  return {
    written,
    sizes,
    get paused() {
      return paused;
    },
    get closed() {
      return closed;
    },
    start: (given) => void (sink = given),
    write(bytes) {
      written.push(Buffer.from(bytes).toString('latin1'));
      return Promise.resolve(ok());
    },
    resize(size) {
      sizes.push(size);
      return Promise.resolve(ok());
    },
    pause: () => void (paused = true),
    resume: () => void (paused = false),
    close() {
      closed = true;
      return Promise.resolve();
    },
    say: (text) => sink?.output(typeof text === 'string' ? Buffer.from(text) : text),
    end: (how) => sink?.ended(how),
  };
}
