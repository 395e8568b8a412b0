import type { FileHandle } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/fakes/clock.js';
import { emptyIndex } from './log-reader.js';
import { createLogWriter, waitingLimit, type LogWriter } from './log-writer.js';

/** A file in memory on a disk with so many bytes free. */
function createFile(): { file: FileHandle; text(): string; free: number; writes: number; synced: number } {
  let bytes = Buffer.alloc(0);
  const disk = {
    free: Infinity,
    writes: 0,
    synced: 0,
    text: () => bytes.toString(),
    file: {
      write(buffer: Buffer, from: number, length: number, position: number) {
        disk.writes += 1;
        const taken = Math.min(length, Math.max(0, disk.free - position));
        if (taken === 0) {
          const refused = Object.assign(new Error('ENOSPC: no space left'), {
            code: 'ENOSPC',
            syscall: 'write',
          });
          return Promise.reject(refused);
        }
        bytes = Buffer.concat([bytes.subarray(0, position), buffer.subarray(from, from + taken)]);
        return Promise.resolve({ bytesWritten: taken, buffer });
      },
      datasync() {
        disk.synced += 1;
        return Promise.resolve();
      },
    } as unknown as FileHandle,
  };
  return disk;
}

describe('the writer of a log', () => {
  let clock: FakeClock;
  beforeEach(() => (clock = createFakeClock()));

  function start(disk: ReturnType<typeof createFile>): {
    writer: LogWriter;
    append: (count: number, text?: string) => void;
  } {
    const writer = createLogWriter({ file: disk.file, path: '/logs/run.log', clock, index: emptyIndex() });
    let seq = 0;
    return {
      writer,
      append(count, text = 'text') {
        for (let nth = 0; nth < count; nth++) writer.append({ seq: seq++, at: 0, source: 'out', text });
      },
    };
  }

  const lines = (text: string): number[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => parseInt(line));

  it('gathers lines for a moment', async () => {
    const disk = createFile();
    const { append, writer } = start(disk);
    append(50);
    await clock.advanceAsync(99);
    expect(disk.writes).toBe(0);
    await clock.advanceAsync(1);
    expect(disk.writes).toBe(1);
    expect(lines(disk.text())).toEqual(Array.from({ length: 50 }, (_, seq) => seq));
    expect(writer.written).toBe(50);
    expect(clock.timers).toBe(0);
  });

  it('does not wait when much has come', async () => {
    const disk = createFile();
    const { append } = start(disk);
    append(3, 'x'.repeat(40_000));
    await clock.advanceAsync(0);
    expect(disk.writes).toBe(1);
  });

  it('waits for the disk on request', async () => {
    const disk = createFile();
    const { append, writer } = start(disk);
    append(1);
    expect(await writer.sync()).toEqual({ ok: true, value: undefined });
    expect(disk.synced).toBe(1);
    expect(lines(disk.text())).toEqual([0]);
    expect(clock.timers).toBe(0);
  });

  it('says that the disk is full, keeps what waits, and writes all of it once there is room', async () => {
    const disk = createFile();
    const { append, writer } = start(disk);
    disk.free = 100;
    append(10);
    const refused = {
      ok: false,
      error: {
        code: 'records-unwritable',
        params: { path: '/logs/run.log' },
        detail: 'ENOSPC: no space left',
      },
    };
    expect(await writer.sync()).toEqual(refused);
    append(5);
    await clock.advanceAsync(1000);
    expect(await writer.drain()).toEqual(refused);
    expect(disk.synced).toBe(0);
    disk.free = Infinity;
    expect(await writer.sync()).toEqual({ ok: true, value: undefined });
    expect(lines(disk.text())).toEqual(Array.from({ length: 15 }, (_, seq) => seq));
  });

  it('keeps the places of lines that a full disk left no room for in memory either', async () => {
    const disk = createFile();
    const { append, writer } = start(disk);
    disk.free = 0;
    append(20, 'x'.repeat(waitingLimit / 16));
    expect((await writer.sync()).ok).toBe(false);
    disk.free = Infinity;
    expect((await writer.sync()).ok).toBe(true);
    append(1, 'last');
    expect((await writer.sync()).ok).toBe(true);
    expect(lines(disk.text())).toEqual(Array.from({ length: 21 }, (_, seq) => seq));
    const texts = disk
      .text()
      .split('\n')
      .map((line) => line.split('\t')[4]?.length);
    expect(texts.slice(0, 3)).toEqual([waitingLimit / 16, waitingLimit / 16, waitingLimit / 16]);
    expect(texts.slice(-5)).toEqual([0, 0, 0, 4, undefined]);
  });
});
