/** The near end of a real pseudo-terminal: a test plays the device behind a serial port. */
export interface SerialDevice {
  /** What the station opens. */
  readonly path: string;
  write(bytes: Buffer): void;
  /** Stops reading, so that what is sent to it backs up. */
  pause(): void;
  resume(): void;
  /** Pulls it out. */
  hangUp(): void;
}

interface RawPtys {
  openRawPty: (options: { onData: (bytes: Buffer) => void }) => SerialDevice;
}

/** A plain wire from the first byte on: the one that the virtual widgets use. */
export async function openSerialDevice(onData: (bytes: Buffer) => void): Promise<SerialDevice> {
  // By address: the demo is plain JavaScript, which the station's own compilation does not take in.
  const address = new URL('../../demo/widgets/pty.mjs', import.meta.url).href;
  const { openRawPty } = (await import(/* @vite-ignore */ address)) as RawPtys;
  return openRawPty({ onData });
}
