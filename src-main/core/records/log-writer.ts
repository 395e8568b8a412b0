import type { FileHandle } from 'node:fs/promises';
import { ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';
import { formatLine, type StoredLine } from './log-format.js';
import { addToIndex, type LineIndex } from './log-reader.js';
import { fileFault } from './sqlite.js';

/** Lines wait at most this long (ms), or until there are this many bytes, so that a flood is few writes. */
const batchTime = 100;
const batchSize = 64 * 1024;
/** How much (bytes) a disk that refuses may make wait in memory. */
export const waitingLimit = 16 * 1024 ** 2;

/** Writes lines in order to the end of one log file. */
export interface LogWriter {
  append(line: StoredLine): void;
  /** Lines that are in the file. */
  readonly written: number;
  /** Writes what waits; resolves when it is in the file, or the disk refused. */
  drain(): Promise<Result<void>>;
  /** As `drain`, and waits for the disk. */
  sync(): Promise<Result<void>>;
  /** Stops the timer. What waits is not written any more. */
  dispose(): void;
}

export interface LogWriterOptions {
  file: FileHandle;
  path: string;
  clock: Clock;
  /** What the file holds already; grows with it. */
  index: LineIndex;
}

export function createLogWriter({ file, path, clock, index }: LogWriterOptions): LogWriter {
  let waiting: string[] = [];
  let waitingBytes = 0;
  /** Lines that came when too many waited already. Their places are kept: they are written, but empty. */
  let lost: { first: StoredLine; count: number } | null = null;
  let end = index.bytes;
  let written = index.total;
  let refusal: Fault | null = null;
  let timer: SyncDisposable | null = null;
  let work: Promise<void> = Promise.resolve();
  let busy = false;

  function enqueue(line: StoredLine): void {
    const text = formatLine(line);
    const bytes = Buffer.byteLength(text);
    waiting.push(text);
    waitingBytes += bytes;
    addToIndex(index, bytes);
  }

  function enqueueEmpty({ first, count }: { first: StoredLine; count: number }): void {
    for (let nth = 0; nth < count; nth++) {
      enqueue({ seq: first.seq + nth, at: first.at, source: first.source, text: '' });
    }
  }

  async function writeWaiting(): Promise<void> {
    while (waiting.length > 0) {
      const lines = waiting.length;
      const batch = Buffer.from(waiting.join(''), 'utf8');
      try {
        // At its own place: a try that broke off half-way is written over by the next.
        for (let done = 0; done < batch.length;) {
          done += (await file.write(batch, done, batch.length - done, end + done)).bytesWritten;
        }
      } catch (error) {
        const refused = fileFault(error, path);
        refusal = refused.ok ? null : refused.error;
        return;
      }
      end += batch.length;
      written += lines;
      waiting = waiting.slice(lines);
      waitingBytes -= batch.length;
      refusal = null;
      const missed = lost;
      lost = null;
      if (missed !== null) enqueueEmpty(missed);
    }
  }

  /** One write at a time, in order; each call resolves after a write that began after it. */
  function write(): Promise<void> {
    timer?.dispose();
    timer = null;
    busy = true;
    const mine = work.then(writeWaiting).then(() => {
      if (work === mine) busy = false;
    });
    work = mine;
    return mine;
  }

  const drain = async (): Promise<Result<void>> => {
    await write();
    return refusal === null ? ok() : { ok: false, error: refusal };
  };

  return {
    append(line) {
      if (lost !== null) lost.count += 1;
      else if (waitingBytes > waitingLimit) lost = { first: line, count: 1 };
      else enqueue(line);
      if (waitingBytes >= batchSize && !busy && refusal === null) void write();
      else timer ??= clock.after(batchTime, () => void write());
    },
    get written() {
      return written;
    },
    drain,
    async sync() {
      const drained = await drain();
      if (!drained.ok) return drained;
      try {
        await file.datasync();
        return ok();
      } catch (error) {
        return fileFault(error, path);
      }
    },
    dispose() {
      timer?.dispose();
      timer = null;
    },
  };
}
