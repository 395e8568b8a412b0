import type { Fault, Result } from '../../../src-shared/model/result.js';
import type { IncomingSignals, OutgoingSignals, SerialSettings } from '../../../src-shared/model/serial.js';
import type { EventStream } from '../emitter.js';

/** A serial port that the station itself has open. Nobody else should have it meanwhile. */
export interface SerialPort {
  /** The device node, symbolic links resolved. */
  readonly node: string;
  readonly settings: SerialSettings;
  readonly isOpen: boolean;
  /** What arrives, in order and complete, as the system hands it over. The buffers are the listener's to keep. */
  readonly data: EventStream<Buffer>;
  /** Once: null when `close` was asked for, `serial-gone` as soon as the system says that the device went. */
  readonly closed: EventStream<Fault | null>;
  /**
   * Resolves when the system has taken every byte, which is the back-pressure: a caller that waits never
   * has more than its last write in memory. Writes follow each other in the order of the calls.
   * `serial-gone`, `serial-closed`.
   */
  write(bytes: Uint8Array): Promise<Result<void>>;
  /**
   * Resolves when what was written has left the port, as far as that can be told: a pseudo-terminal and a
   * port with flow control are not waited for, since whoever is at their other end may never read.
   */
  drain(): Promise<Result<void>>;
  /**
   * Speaks otherwise from now on. What is on its way meanwhile is lost, as on any line whose speed changes.
   * `serial-settings-refused` leaves everything as it was. DTR and RTS stay as they are.
   */
  configure(settings: SerialSettings): Promise<Result<void>>;
  /** DTR and RTS as last set; both are raised by the system when a port is opened. */
  readonly signals: OutgoingSignals;
  /** `serial-not-supported` on a port without these lines, such as a pseudo-terminal. */
  setSignals(signals: OutgoingSignals): Promise<Result<void>>;
  /** `serial-not-supported` on a port without these lines. */
  readSignals(): Promise<Result<IncomingSignals>>;
  /** Holds the line low for so long. `serial-not-supported`. */
  sendBreak(ms: number): Promise<Result<void>>;
  /** Resolves when the handle is really closed: from then on somebody else can open the port. */
  close(): Promise<void>;
}

/** Opens serial ports for the station itself: consoles and conversations. */
export interface SerialOpener {
  /**
   * Opens a port and locks it (flock, as minicom, picocom and the serial library do; a port that another
   * program has made exclusive by TIOCEXCL is `port-busy`). `serial-gone`, `port-permission`,
   * `port-busy` (`detail` names the holders), `serial-settings-refused`, `serial-no-port` for what is no
   * serial port at all.
   */
  open(request: SerialSettings & { node: string }): Promise<Result<SerialPort>>;
  /** The programs that have a port open, as text (`picocom (4711)`); empty when there are none, or when that cannot be known. */
  holders(node: string): Promise<string>;
}
