/** Turns what a port said into what its terminal shows. */
export interface ConsoleFormat {
  /** @param at when it came, in ms since the epoch */
  show(bytes: Uint8Array, at: number): Uint8Array;
}

const lineFeed = 0x0a;
const faint = '\x1b[2m';
const notFaint = '\x1b[22m';

/** As it came; with timestamps, each line begins with the time at which its first byte came. */
export function createTextFormat(timestamps: boolean): ConsoleFormat {
  let atLineStart = true;
  return {
    show(bytes, at) {
      if (!timestamps) return bytes;
      const pieces: Uint8Array[] = [];
      for (let from = 0; from < bytes.length;) {
        if (atLineStart) pieces.push(Buffer.from(`${faint}${timeOf(at)}${notFaint} `));
        const end = bytes.indexOf(lineFeed, from);
        const to = end < 0 ? bytes.length : end + 1;
        pieces.push(bytes.subarray(from, to));
        atLineStart = end >= 0;
        from = to;
      }
      return Buffer.concat(pieces);
    },
  };
}

const perLine = 16;

/**
 * Offset, sixteen bytes in hexadecimal, and the printable ones of them: a line is drawn anew while it grows,
 * so that what has come is seen at once.
 */
export function createHexFormat(timestamps: boolean): ConsoleFormat {
  let offset = 0;
  let line: number[] = [];
  let began = 0;
  return {
    show(bytes, at) {
      let text = '';
      for (const byte of bytes) {
        if (line.length === 0) began = at;
        line.push(byte);
        if (line.length < perLine) continue;
        text += `\r${hexLine(offset, line, timestamps ? began : null)}\r\n`;
        offset += perLine;
        line = [];
      }
      if (line.length > 0) text += `\r${hexLine(offset, line, timestamps ? began : null)}`;
      return Buffer.from(text);
    },
  };
}

/** One line of the hex view. `at` is left out where it is null. */
export function hexLine(offset: number, bytes: readonly number[], at: number | null): string {
  const cells = Array.from({ length: perLine }, (_, index) =>
    (bytes[index]?.toString(16).padStart(2, '0') ?? '  ').padStart(index === perLine / 2 ? 4 : 3),
  );
  const readable = bytes.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
  const time = at === null ? '' : `${faint}${timeOf(at)}${notFaint} `;
  return `${time}${offset.toString(16).padStart(8, '0')} ${cells.join('')}  ${readable.join('')}`;
}

/** The station's own time of day, to the millisecond: `09:05:07.042`. */
export function timeOf(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** Escape sequences that a terminal answers (DSR, DA, ENQ): shown anew, they must not be answered anew. */
// eslint-disable-next-line no-control-regex
const questions = /\x1b\[[?>=]?[0-9;]*[nc]|\x1bZ|\x05/g;

/** For showing again what has been shown before. */
export function withoutQuestions(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(questions, ''), 'latin1');
}
