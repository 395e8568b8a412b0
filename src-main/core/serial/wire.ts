import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { SerialSettings } from '../../../src-shared/model/serial.js';
import { isSystemError } from '../ports/system-error.js';

const readFd = promisify(read);

/** An open handle of the serial library, with what the station uses of it. Failures are the library's `Error`s. */
export interface Wire {
  /** Waits for bytes; how many there were. 0 when the device has gone. Rejects when the handle is closed. */
  read(into: Buffer): Promise<number>;
  write(bytes: Buffer): Promise<void>;
  drain(): Promise<void>;
  setSignals(signals: { dtr: boolean; rts: boolean; brk: boolean }): Promise<void>;
  readSignals(): Promise<{ cts: boolean; dsr: boolean; dcd: boolean }>;
  close(): Promise<void>;
}

/**
 * The part of the library's binding that is used here (`@serialport/bindings-interface`). Its own types lead
 * into a package whose type declarations do not resolve under our compiler settings.
 */
interface Handle {
  read(into: Buffer, offset: number, length: number): Promise<{ bytesRead: number }>;
  write(bytes: Buffer): Promise<void>;
  drain(): Promise<void>;
  set(signals: { dtr: boolean; rts: boolean; brk: boolean }): Promise<void>;
  get(): Promise<{ cts: boolean; dsr: boolean; dcd: boolean }>;
  close(): Promise<void>;
}
interface Binding {
  open(options: Record<string, string | number | boolean>): Promise<Handle | (Handle & LinuxHandle)>;
}

/** What the library's handle has on Linux beside its interface. */
interface LinuxHandle {
  readonly fd: number | null;
  readonly poller: { once(event: 'readable', listener: (error: Error | null) => void): unknown };
}

/** Opens a node; rejects with the library's error, whose text is all it tells. */
export async function openWire(
  node: string,
  settings: SerialSettings,
  lock: boolean,
  hangUpOnClose = true,
): Promise<Wire> {
  // Here, not at the top: the library loads native code.
  const { SerialPort } = await import('serialport');
  const { baudRate, dataBits, parity, stopBits, flowControl } = settings;
  const software = flowControl === 'xon-xoff';
  const handle = await (SerialPort.binding as unknown as Binding).open({
    path: node,
    baudRate,
    dataBits,
    parity,
    stopBits,
    lock,
    hupcl: hangUpOnClose,
    rtscts: flowControl === 'rts-cts',
    xon: software,
    xoff: software,
  });
  return {
    read: async (into) =>
      'poller' in handle ? readUntilGone(handle, into) : (await handle.read(into, 0, into.length)).bytesRead,
    write: (bytes) => handle.write(bytes),
    drain: () => handle.drain(),
    setSignals: (signals) => handle.set(signals),
    readSignals: () => handle.get(),
    close: () => handle.close(),
  };
}

/**
 * The library's own reading takes "0 bytes" for "not yet" and asks again for ever; on Linux it is how a
 * terminal that was hung up answers (drivers/tty/tty_io.c, hung_up_tty_read), as it is after every unplug.
 */
async function readUntilGone(handle: LinuxHandle, into: Buffer): Promise<number> {
  for (;;) {
    if (handle.fd === null) throw new Error('closed');
    try {
      return (await readFd(handle.fd, into, 0, into.length, null)).bytesRead;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      // A pseudo-terminal whose other end is closed, a USB device that is on its way out.
      if (['EIO', 'ENXIO', 'ENODEV'].includes(error.code)) return 0;
      if (!['EAGAIN', 'EINTR'].includes(error.code)) throw error;
    }
    if (!(await untilReadable(handle))) return 0;
  }
}

function untilReadable(handle: LinuxHandle): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (handle.fd === null) return reject(new Error('closed'));
    handle.poller.once('readable', (error) => {
      if (error === null) return resolve(true);
      // Closing the handle cancels the wait; anything else is a hang-up.
      if ('canceled' in error) reject(error);
      else resolve(false);
    });
  });
}
