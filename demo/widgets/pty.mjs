import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import * as nodePty from '@lydell/node-pty';

/** A line nobody reads does not fill memory: beyond this, what is sent is lost, as on a real one. */
const MOST_UNREAD_BYTES = 64 * 1024;

/**
 * The part of node-pty that its type declarations leave out.
 * @typedef {{ ptsName: string, master: import('node:tty').ReadStream, slave: import('node:tty').ReadStream }} BarePty
 */
const bare = /** @type {{ open: (options: { encoding: null, cols: number, rows: number }) => BarePty }} */ (
  /** @type {unknown} */ (nodePty)
);

/**
 * Opens a pseudo-terminal that is a plain wire from the first byte on: no echo, no line ends
 * changed. Its far end can be opened and closed by others as often as they like.
 *
 * @param {object} options
 * @param {(bytes: Buffer) => void} options.onData what came from the far end
 * @returns {{ path: string, write: (bytes: Buffer) => void, pause: () => void, resume: () => void, hangUp: () => void }}
 */
export function openRawPty({ onData }) {
  const pair = bare.open({ encoding: null, cols: 80, rows: 24 });
  // node-pty starts to read the far end itself, which would steal what is meant for the flasher.
  pair.slave.destroy();
  // While no far end is open, reading the near end fails with EIO: so one stays open, unread.
  const keeper = openSync(pair.ptsName, constants.O_RDWR | constants.O_NOCTTY);
  // Node's own raw mode leaves ONLCR on, which would break every 0x0a of a binary transfer.
  execFileSync('stty', ['-F', pair.ptsName, 'raw', '-echo']);

  let open = true;
  const { master } = pair;
  master.on('data', (bytes) => onData(/** @type {Buffer} */ (/** @type {unknown} */ (bytes))));
  master.on('error', () => {
    // Reading a near end that is being closed ends in EIO; `hangUp` is what closes it.
  });

  return {
    path: pair.ptsName,
    write(bytes) {
      if (open && master.writableLength < MOST_UNREAD_BYTES) master.write(bytes);
    },
    pause: () => void master.pause(),
    resume: () => void master.resume(),
    hangUp() {
      if (!open) return;
      open = false;
      master.destroy();
      closeSync(keeper);
    },
  };
}
