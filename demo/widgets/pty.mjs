import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';

// Unlocks the far end (TIOCSPTLCK) and says its number (TIOCGPTN); Node has no ioctl. Perl is in every
// Debian and Ubuntu. Numbers: Linux' asm-generic/ioctls.h, right on x86 and ARM.
const unlock = `open(my $near, "+<&=", 3) or die $!; my $n = pack("i", 0);
ioctl($near, 0x40045431, $n) or die $!; ioctl($near, 0x80045430, $n) or die $!; print unpack("i", $n)`;

/**
 * Opens a pseudo-terminal that is a plain wire from the first byte on: no echo, no line ends
 * changed. Its far end can be opened and closed by others as often as they like.
 *
 * node-pty could open it too, but lets every child process inherit the near end: one child that
 * lives on, and pulling the widget out hangs nothing up.
 *
 * @param {object} options
 * @param {(bytes: Buffer) => void} options.onData what came from the far end
 * @returns {{ path: string, write: (bytes: Buffer) => void, pause: () => void, resume: () => void, hangUp: () => void }}
 */
export function openRawPty({ onData }) {
  const nearEnd = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  // As descriptor 3, because Node makes what it hands on as 0, 1 and 2 blocking.
  const number = execFileSync('perl', ['-e', unlock], { stdio: ['ignore', 'pipe', 'inherit', nearEnd] });
  const path = `/dev/pts/${number.toString()}`;
  // Node's own raw mode leaves ONLCR on, which would break every 0x0a of a binary transfer.
  execFileSync('stty', ['-F', path, 'raw', '-echo']);
  // While no far end is open, reading the near end fails with EIO: so one stays open, unread.
  const keeper = openSync(path, constants.O_RDWR | constants.O_NOCTTY);

  let open = true;
  const stream = new ReadStream(nearEnd);
  stream.on('data', (bytes) => onData(/** @type {Buffer} */ (/** @type {unknown} */ (bytes))));
  stream.on('error', () => {
    // Reading a near end that is being closed ends in EIO; `hangUp` is what closes it.
  });

  return {
    path,
    write(bytes) {
      if (!open) return;
      try {
        writeSync(nearEnd, bytes);
      } catch (error) {
        // Nobody reads and the buffer is full: what is sent is lost, as on a real line.
        if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      }
    },
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    hangUp() {
      if (!open) return;
      open = false;
      stream.destroy();
      closeSync(keeper);
    },
  };
}
