import { StringDecoder } from 'node:string_decoder';
import type { ContainerLogLine } from './engine.js';
import type { Frame } from './log-frames.js';

/** The longest line that is handed on, in characters; what is longer comes in pieces. As the engine's own 16 KiB. */
export const longestLine = 16 * 1024;

/** RFC 3339 with nine digits, UTC, as the engine writes it with `timestamps`: text that sorts as time does. */
const stampPattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z) /;
const stampLength = 31;

/**
 * How far a stream that is resumed reaches back, in ms. Standard output and standard error are stamped before
 * they are put in order, so that a line may come after one that is a little younger.
 */
const overlapMs = 1000;

/** What the engine's `since` is to be, in seconds with nine decimals, for a stamp or a time before it. */
export function toSince(stamp: string, earlierMs = 0): string {
  const milliseconds = Date.parse(`${stamp.slice(0, 19)}Z`) - earlierMs;
  const fraction = stamp.slice(20, 29);
  const wholeSeconds = Math.floor(milliseconds / 1000);
  return `${wholeSeconds}.${fraction}`;
}

/**
 * Makes lines of frames, and knows which of them were delivered, so that a stream that broke can be resumed a
 * little earlier without a line twice or a line lost.
 *
 * A frame is one message of the container's: a line, or a piece of one that is longer than 16 KiB (without
 * a line feed at its end). A carriage return, as progress bars use it, ends a line too; what follows the last one of a
 * piece waits for the next piece.
 */
export interface LineReader {
  /** What `since` the next stream is to begin at; undefined for the beginning. */
  readonly since: string | undefined;
  /** A new stream begins: from `since`, and so with frames that were delivered already. */
  begin(): void;
  read(frame: Frame): void;
  /** No frame comes any more: tells what still waits. */
  end(): void;
}

export function createLineReader(
  since: string | undefined,
  onLine: (line: ContainerLogLine) => void,
): LineReader {
  /** How many frames of a source and stamp were delivered; those within the overlap are kept. */
  const delivered = new Map<string, number>();
  /** How many of them the present stream has brought again. */
  let repeated = new Map<string, number>();
  let newest = since;
  const decoders = { out: new StringDecoder('utf8'), err: new StringDecoder('utf8') };
  /** The beginning of a line whose rest is in the next piece. */
  const held = { out: '', err: '' };
  /** When the memory of delivered frames was last cleared of old ones, as a stamp's milliseconds. */
  let cleared = 0;

  const isRepeated = (key: string): boolean => {
    const times = (repeated.get(key) ?? 0) + 1;
    repeated.set(key, times);
    const before = delivered.get(key) ?? 0;
    if (times <= before) return true;
    delivered.set(key, before + 1);
    return false;
  };

  const clear = (stamp: string): void => {
    const now = Date.parse(stamp);
    if (now - cleared < overlapMs) return;
    cleared = now;
    // Twice the overlap: the newest stamp may yet be followed by one a little older.
    const oldest = now - 2 * overlapMs;
    for (const memory of [delivered, repeated]) {
      for (const key of memory.keys())
        if (Date.parse(key.slice(0, stampLength - 1)) < oldest) memory.delete(key);
    }
  };

  return {
    get since() {
      if (newest === undefined) return undefined;
      const overlapped = toSince(newest, overlapMs);
      // Never before the stamp that was asked for: those lines are not wanted at all.
      return since === undefined || Number(overlapped) > Number(toSince(since)) ? overlapped : toSince(since);
    },
    begin() {
      repeated = new Map();
    },
    read({ source, payload }) {
      if (source === 'engine') return;
      const stamp = stampPattern.exec(payload.toString('latin1', 0, stampLength))?.[1];
      if (stamp === undefined) return;
      if (since !== undefined && stamp <= since) return;
      if (isRepeated(`${stamp}${source}`)) return;
      if (newest === undefined || stamp > newest) newest = stamp;
      clear(stamp);
      const bytes = payload.subarray(stampLength);
      const isWhole = bytes.at(-1) === 0x0a;
      const decoder = decoders[source];
      const text = held[source] + (isWhole ? decoder.end(bytes) : decoder.write(bytes));
      const returned = text.lastIndexOf('\r') + 1;
      const waits = !isWhole && returned > 0 && text.length - returned < longestLine;
      held[source] = waits ? text.slice(returned) : '';
      const said = waits ? text.slice(0, returned) : text;
      for (const line of splitLines(said, isWhole)) onLine({ source, at: stamp, text: line });
    },
    end() {
      for (const source of ['out', 'err'] as const) {
        const text = held[source];
        held[source] = '';
        if (text !== '' && newest !== undefined) onLine({ source, at: newest, text });
      }
    },
  };
}

/** The lines of a message. What only carriage returns leave empty is no line; an empty line that was printed is one. */
export function splitLines(text: string, isWhole: boolean): string[] {
  const content = isWhole ? text.replace(/\r*\n$/, '') : text;
  const lines = content.split(/\r*\n/).flatMap((line) => {
    const parts = line.split('\r').filter((part) => part !== '');
    return parts.length === 0 ? [''] : parts;
  });
  if (!isWhole && content === '') return [];
  return lines.flatMap(cutLine);
}

function cutLine(line: string): string[] {
  if (line.length <= longestLine) return [line];
  const pieces: string[] = [];
  for (let start = 0; start < line.length;) {
    let end = Math.min(start + longestLine, line.length);
    // Not between the two halves of one character.
    if (end < line.length && /[\uD800-\uDBFF]/.test(line.charAt(end - 1))) end -= 1;
    pieces.push(line.slice(start, end));
    start = end;
  }
  return pieces;
}
