import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Result } from '../../src-shared/model/result.js';
import { createSystemClock } from '../../src-main/core/clock.js';
import { openRecords } from '../../src-main/core/records/open-records.js';
import type { Records, RunLog } from '../../src-main/core/records/records.js';
import { createRunLogs } from '../../src-main/core/records/run-logs.js';
import { createRun } from '../fakes/records.js';

/** A real file system of one MiB, filled up, emptied and made read-only. Mounting asks for root. */
describe('records on a disk', () => {
  const clock = createSystemClock();
  let disk: string;
  let path: string;
  let records: Records | null = null;

  const mount = (...options: string[]): void => void execFileSync('mount', options, { stdio: 'pipe' });

  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'slipway-disk-'));
    mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk);
    path = join(disk, 'records.db');
  });
  afterEach(() => {
    records?.close();
    records = null;
    // Lazily: the driver lets go of a closed file only when its statements are collected.
    execFileSync('umount', ['--lazy', disk]);
    rmSync(disk, { recursive: true });
  });

  function value<Value>(result: Result<Value>): Value {
    if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail ?? ''}`);
    return result.value;
  }

  const open = (): Records => value(openRecords({ path, clock, host: 'line-1', reserve: 0 }));
  const ballast = (): string => join(disk, 'ballast');

  function fillUp(): void {
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(ballast(), Buffer.alloc(bavail * bsize));
  }

  it('that is full refuse new runs, lose none, and go on by themselves when there is room', () => {
    records = open();
    value(records.save(createRun({ id: 'before-it-was-full', startedAt: 1 })));
    fillUp();
    let saved = 0;
    let refused: Result<void> | null = null;
    while (refused === null && saved < 5000) {
      const result = records.save(createRun({ id: `run-${saved}`, startedAt: 1000 + saved }));
      if (result.ok) saved += 1;
      else refused = result;
    }
    expect(refused).toMatchObject({ ok: false, error: { code: 'records-unwritable', params: { path } } });
    expect(value(records.list({ limit: 500 })).length).toBe(Math.min(500, saved + 1));
    expect(records.counters().runs).toBe(saved + 1);
    expect(records.find(`run-${saved}`)).toMatchObject({ ok: false, error: { code: 'run-unknown' } });

    rmSync(ballast());
    expect(records.writable()).toEqual({ ok: true, value: undefined });
    value(records.save(createRun({ id: `run-${saved}`, startedAt: 1000 + saved })));
    records.close();
    records = open();
    expect(records.counters().runs).toBe(saved + 2);
  });

  it('that is full say so before a run begins', () => {
    records = value(openRecords({ path, clock, host: 'line-1', reserve: 300 * 1024 }));
    expect(records.writable()).toEqual({ ok: true, value: undefined });
    fillUp();
    expect(records.writable()).toMatchObject({
      ok: false,
      error: { code: 'records-unwritable', params: { path } },
    });
    rmSync(ballast());
    expect(records.writable()).toEqual({ ok: true, value: undefined });
  });

  it('that is full are not begun, and nothing is left behind', () => {
    fillUp();
    expect(openRecords({ path, clock, host: 'line-1' })).toMatchObject({
      ok: false,
      error: { code: 'records-unwritable', params: { path } },
    });
    rmSync(ballast());
    records = open();
    expect(records.counters().runs).toBe(0);
  });

  it('that cannot be written to are refused, byte for byte as they were', () => {
    records = open();
    value(records.save(createRun({ id: 'before-it-was-read-only', startedAt: 1 })));
    records.close();
    records = null;
    const before = readFileSync(path);
    // A read-only view over it: the file system itself is held by what is not collected yet.
    mount('--bind', disk, disk);
    mount('-o', 'remount,bind,ro', disk);
    for (const file of [path, join(disk, 'new.db')]) {
      expect(openRecords({ path: file, clock, host: 'line-1' })).toMatchObject({
        ok: false,
        error: { code: 'records-unwritable', params: { path: file } },
      });
    }
    expect(readFileSync(path).equals(before)).toBe(true);
    execFileSync('umount', ['--lazy', disk]);
  });

  it('that is full make log lines wait, and have all of them in the end', async () => {
    const logs = createRunLogs({ folder: join(disk, 'logs'), clock, ringSize: 50 });
    const log: RunLog = value(await logs.open('run-with-a-log'));
    const write = (count: number): void => {
      for (let nth = 0; nth < count; nth++) log.append('out', 'x'.repeat(200), Date.now());
    };
    write(100);
    value(await log.flush());
    fillUp();
    write(1000);
    expect(await log.flush()).toMatchObject({ ok: false, error: { code: 'records-unwritable' } });
    expect(log.recent()).toHaveLength(50);
    expect(value(await log.read(1090, 10))).toHaveLength(10);
    rmSync(ballast());
    value(await log.flush());
    value(await log.close());
    const { lines, total } = value(await logs.read('run-with-a-log', 0, 5000));
    expect(total).toBe(1100);
    expect(lines.map(({ seq, text }) => [seq, text.length])).toEqual(lines.map((_, place) => [place, 200]));
  });
});
