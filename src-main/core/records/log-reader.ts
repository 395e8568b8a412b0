import type { FileHandle } from 'node:fs/promises';
import { parseLine, type StoredLine } from './log-format.js';

const chunkSize = 256 * 1024;
const newline = 0x0a;
/** Of how many lines one has its offset kept. */
const stride = 256;

/** Where lines begin in a log file: 8 bytes for 256 lines, so that any part is found without reading what is before it. */
export interface LineIndex {
  /** Whole lines. */
  total: number;
  /** Where the last whole line ends. */
  bytes: number;
  /** Offset of every 256th line, beginning with the first. */
  offsets: number[];
}

export function emptyIndex(): LineIndex {
  return { total: 0, bytes: 0, offsets: [] };
}

export function addToIndex(index: LineIndex, lineBytes: number): void {
  if (index.total % stride === 0) index.offsets.push(index.bytes);
  index.total += 1;
  index.bytes += lineBytes;
}

/** Reads the file once through. What comes after the last line break is not a line. */
export async function indexLines(file: FileHandle): Promise<LineIndex> {
  const index = emptyIndex();
  const chunk = Buffer.allocUnsafe(chunkSize);
  for (let position = 0; ;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) return index;
    const part = chunk.subarray(0, bytesRead);
    for (let at = part.indexOf(newline); at >= 0; at = part.indexOf(newline, at + 1)) {
      addToIndex(index, position + at + 1 - index.bytes);
    }
    position += bytesRead;
  }
}

/** Gives the lines from `from` up to, but not including, `to`, as far as the index knows them. */
export async function readLines(
  file: FileHandle,
  index: LineIndex,
  from: number,
  to: number,
  onLine: (line: StoredLine) => void,
): Promise<void> {
  const end = Math.min(to, index.total);
  const block = Math.floor(from / stride);
  let position = index.offsets[block];
  if (position === undefined || from >= end) return;
  const last = index.offsets[Math.ceil(end / stride)] ?? index.bytes;
  let seq = block * stride;
  let rest: Buffer[] = [];
  while (position < last) {
    // A new buffer each time: what is left of it is kept until its line is whole.
    const chunk = Buffer.allocUnsafe(Math.min(chunkSize, last - position));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const part = chunk.subarray(0, bytesRead);
    let begin = 0;
    for (let at = part.indexOf(newline); at >= 0; at = part.indexOf(newline, begin)) {
      if (seq >= end) return;
      if (seq >= from) {
        const line =
          rest.length === 0
            ? part.toString('utf8', begin, at)
            : Buffer.concat([...rest, part.subarray(0, at)]).toString('utf8');
        onLine(parseLine(line, seq));
      }
      rest = [];
      seq += 1;
      begin = at + 1;
    }
    if (begin < part.length) rest.push(part.subarray(begin));
  }
}
