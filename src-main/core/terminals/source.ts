import type { Result } from '../../../src-shared/model/result.js';
import type { TerminalEnding, TerminalSize } from '../../../src-shared/model/terminal.js';

/** What a source tells its terminal. */
export interface TerminalSink {
  /** Bytes as they came: a character may be split between two pieces. The terminal keeps what it is given. */
  output(bytes: Uint8Array): void;
  /** Once, and nothing after it. */
  ended(ending: Omit<TerminalEnding, 'at'>): void;
}

/** What stands at the other end of a terminal: a shell, a serial port. It has been opened already. */
export interface TerminalSource {
  /** Begins to deliver. Called once, before anything else; what came before is delivered then. */
  start(sink: TerminalSink): void;
  /** In the order of the calls. Resolves when the other end took it, or to why it did not. */
  write(bytes: Uint8Array): Promise<Result<void>>;
  resize(size: TerminalSize): Promise<Result<void>>;
  /** Nothing more is to come until `resume`; what is under way may still. */
  pause(): void;
  resume(): void;
  /** Ends what goes on. Resolves when nothing of it is left; the sink may or may not have been told the end. */
  close(): Promise<void>;
}
