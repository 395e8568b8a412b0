import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { createFakeClock } from '../../../test/fakes/clock.js';
import { createRun } from '../../../test/fakes/records.js';
import { openRecords } from './open-records.js';
import type { Records } from './records.js';
import { newRunId } from './run-id.js';

const minute = 60_000;
const start = Date.UTC(2024, 0, 1);

describe('the records', () => {
  let folder: string;
  let path: string;
  let records: Records;
  const clock = createFakeClock(start);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-records-'));
    path = join(folder, 'records.db');
    records = open();
  });
  afterEach(() => {
    records.close();
    rmSync(folder, { recursive: true });
  });

  function open(): Records {
    const opened = openRecords({ path, clock, host: 'line-1' });
    if (!opened.ok) throw new Error(opened.error.detail);
    return opened.value;
  }

  function reopen(): void {
    records.close();
    records = open();
  }

  function save(given: Partial<RunRecord>): RunRecord {
    const run = createRun({ id: newRunId(clock), ...given });
    expect(records.save(run)).toEqual({ ok: true, value: undefined });
    return run;
  }

  const ids = (search: Omit<Parameters<Records['list']>[0], 'limit'> & { limit?: number } = {}): string[] => {
    const listed = records.list({ limit: 50, ...search });
    if (!listed.ok) throw new Error(listed.error.code);
    return listed.value.map(({ id }) => id);
  };

  it('gives back every field of a run as it was saved, after a restart too', () => {
    const full = save({
      unitSerial: 'SN-1',
      imageDigest: 'sha256:00',
      verdict: 'FAIL',
      fault: { code: 'test-failed', params: { test: 'boot', seconds: 3 }, detail: 'said\nno' },
      tests: [
        {
          name: 'boot',
          verdict: 'FAIL',
          startedAt: start,
          endedAt: start + 5,
          exitCode: 1,
          fault: { code: 'test-failed' },
          kind: 'exec',
          optional: false,
          attempts: [],
        },
      ],
      operator: 'Zoë “ñ” 🔧',
    });
    const bare = save({
      startedAt: start + 1,
      endedAt: null,
      verdict: null,
      imageId: null,
      containerId: null,
      hostPort: null,
      contentHash: null,
      phases: [],
    });
    reopen();
    expect(records.find(full.id)).toEqual({ ok: true, value: full });
    expect(records.find(bare.id)).toEqual({ ok: true, value: bare });
    expect(records.list({ limit: 10 })).toEqual({ ok: true, value: [bare, full] });
  });

  it('keeps a serial number that came with rubbish, and takes the same again', () => {
    const run = save({ unitSerial: 'SN\0 1\ud800', bayLabel: '\0' });
    expect(records.find(run.id)).toMatchObject({ ok: true, value: { unitSerial: 'SN\ufffd 1\ufffd' } });
    save(run);
  });

  it('says so when there is no such run', () => {
    const fault = { ok: false, error: { code: 'run-unknown', params: { run: 'no-such-run' } } };
    expect(records.find('no-such-run')).toEqual(fault);
    expect(records.list({ limit: 1, before: 'no-such-run' })).toEqual(fault);
  });

  it('replaces the row of a run that goes on, and leaves one with a verdict alone', () => {
    const begun = save({ verdict: null, endedAt: null, phases: [] });
    expect(records.unfinished()).toEqual({ ok: true, value: [begun] });
    const ended: RunRecord = { ...begun, verdict: 'PASS', endedAt: start + minute, unitSerial: 'SN-2' };
    save(ended);
    expect(records.find(begun.id)).toEqual({ ok: true, value: ended });
    expect(records.unfinished()).toEqual({ ok: true, value: [] });
    expect(ids()).toEqual([begun.id]);

    save(structuredClone(ended));
    expect(records.counters().runs).toBe(1);
    expect(() => records.save({ ...ended, verdict: 'FAIL' })).toThrow('never changed');
    expect(() => records.save({ ...ended, verdict: null })).toThrow('never changed');
    expect(records.find(begun.id)).toEqual({ ok: true, value: ended });
  });

  it('refuses to move the start of a run', () => {
    const begun = save({ verdict: null, endedAt: null });
    expect(() => records.save({ ...begun, startedAt: start + 1 })).toThrow('another time');
  });

  it('lists unfinished runs oldest first', () => {
    const open = { verdict: null, endedAt: null } as const;
    const [second, first] = [
      save({ ...open, startedAt: start + 2 }),
      save({ ...open, startedAt: start + 1 }),
    ];
    save({ startedAt: start });
    expect(records.unfinished()).toEqual({ ok: true, value: [first, second] });
  });

  it('pages from the newest to the oldest, runs of the same millisecond included', () => {
    const runs = Array.from({ length: 25 }, (_, index) =>
      save({ startedAt: start + Math.floor(index / 4), bay: (index % 3) + 1 }),
    );
    const newest = runs.map(({ id }) => id).reverse();
    const pages: string[] = [];
    for (let page = ids({ limit: 4 }); page.length > 0; page = ids({ limit: 4, before: pages.at(-1) })) {
      pages.push(...page);
    }
    expect(pages).toEqual(newest);
    const ofBay = runs.filter(({ bay }) => bay === 2).map(({ id }) => id);
    expect(ids({ bay: 2 })).toEqual(ofBay.reverse());
    expect(ids({ bay: 2, limit: 3, before: ofBay[3] })).toEqual(ofBay.slice(4, 7));
  });

  it('finds by each thing that the history can be searched by', () => {
    const wanted = save({
      startedAt: start + 5 * minute,
      bay: 7,
      verdict: 'FAIL',
      model: 'gadget',
      recipe: 'gadget-flash',
      operator: 'Grace',
      unitSerial: 'SN-7',
      fault: { code: 'flash-failed' },
    });
    for (let index = 0; index < 10; index++) save({ startedAt: start + index * minute, unitSerial: 'SN-0' });
    expect(ids({ bay: 7 })).toEqual([wanted.id]);
    expect(ids({ verdict: 'FAIL' })).toEqual([wanted.id]);
    expect(ids({ model: 'gadget' })).toEqual([wanted.id]);
    expect(ids({ recipe: 'gadget-flash' })).toEqual([wanted.id]);
    expect(ids({ operator: 'Grace' })).toEqual([wanted.id]);
    expect(ids({ unitSerial: 'SN-7' })).toEqual([wanted.id]);
    expect(ids({ faultCode: 'flash-failed' })).toEqual([wanted.id]);
    expect(ids({ faultCode: 'unplugged' })).toEqual([]);
    expect(ids({ unitSerial: 'SN-7', verdict: 'PASS' })).toEqual([]);
    expect(ids({ from: start + 5 * minute, until: start + 6 * minute })).toHaveLength(2);
    expect(ids({ from: start + 5 * minute, until: start + 6 * minute, bay: 7 })).toEqual([wanted.id]);
    expect(ids({ until: start })).toEqual([]);
  });

  it('expects the median of the last twenty passed runs of a recipe', () => {
    expect(records.expectedDuration('widget')).toBeNull();
    save({ startedAt: start, endedAt: start + 10 });
    save({ startedAt: start + 1, endedAt: start + 1 + 30 });
    expect(records.expectedDuration('widget')).toBe(20);
    save({ startedAt: start + 2, endedAt: start + 2 + 90, verdict: 'FAIL' });
    save({ startedAt: start + 3, endedAt: start + 3 + 90, recipe: 'gadget' });
    expect(records.expectedDuration('widget')).toBe(20);
    for (let index = 0; index < 20; index++) {
      save({ startedAt: start + 10 + index, endedAt: start + 10 + index + 50, bay: (index % 4) + 1 });
    }
    expect(records.expectedDuration('widget')).toBe(50);
  });

  describe('the counters of the shift', () => {
    const counters = (): object => records.counters();

    it('begin when the records do', () => {
      expect(counters()).toEqual({ since: start, runs: 0, units: 0, pass: 0, fail: 0, other: 0 });
    });

    it('count runs by their verdict and units once, after a restart too', () => {
      save({ unitSerial: 'A', verdict: 'FAIL' });
      save({ unitSerial: 'A', verdict: 'PASS' });
      save({ unitSerial: 'B', verdict: 'ABORTED' });
      save({ unitSerial: 'C', verdict: null, endedAt: null });
      const expected = { since: start, runs: 3, units: 2, pass: 1, fail: 1, other: 1 };
      expect(counters()).toEqual(expected);
      reopen();
      expect(counters()).toEqual(expected);
    });

    it('take attempts on one attachment for one unit until another serial number is read on it', () => {
      const attachment = { portIdentity: 'plugged in once' };
      save({ ...attachment, verdict: 'ERROR' });
      save({ ...attachment, verdict: 'ERROR', attempt: 2 });
      expect(records.counters().units).toBe(1);
      save({ ...attachment, unitSerial: 'A', attempt: 3 });
      expect(records.counters().units).toBe(1);
      save({ ...attachment, unitSerial: 'B' });
      expect(records.counters().units).toBe(2);
      save({ unitSerial: null });
      expect(records.counters().units).toBe(3);
    });

    it('begin again on a reset, which is on the record', () => {
      save({ unitSerial: 'A' });
      expect(records.resetCounters(start + minute, 'Ada')).toEqual({ ok: true, value: undefined });
      expect(counters()).toEqual({ since: start + minute, runs: 0, units: 0, pass: 0, fail: 0, other: 0 });
      save({ unitSerial: 'A' });
      expect(records.counters()).toMatchObject({ runs: 1, units: 1 });
      reopen();
      expect(records.counters()).toMatchObject({ since: start + minute, runs: 1, units: 1 });
      expect(records.shifts(9)).toMatchObject({
        value: [
          { since: start + minute, until: null, operator: 'Ada', host: 'line-1', runs: 1 },
          { since: start, until: start + minute, operator: '', runs: 1, units: 1, pass: 1 },
        ],
      });
      expect(records.shifts(1)).toMatchObject({ value: [{ operator: 'Ada' }] });
    });
  });

  describe('when nothing can be written', () => {
    it('says so if the disk is nearly full', () => {
      records.close();
      const opened = openRecords({ path, clock, host: 'line-1', reserve: Number.MAX_SAFE_INTEGER });
      if (!opened.ok) throw new Error(opened.error.code);
      records = opened.value;
      expect(records.writable()).toMatchObject({ ok: false, error: { code: 'records-unwritable' } });
    });

    it('says so if the file was moved away, instead of writing into what nobody will find', () => {
      expect(records.writable()).toEqual({ ok: true, value: undefined });
      const run = save({ verdict: null, endedAt: null });
      renameSync(path, join(folder, 'moved.db'));
      const refused = { ok: false, error: { code: 'records-unwritable', params: { path } } };
      expect(records.writable()).toMatchObject(refused);
      expect(records.save({ ...run, bay: 2 })).toMatchObject(refused);
      renameSync(join(folder, 'moved.db'), path);
      expect(records.writable()).toEqual({ ok: true, value: undefined });
      expect(records.save({ ...run, bay: 2 })).toEqual({ ok: true, value: undefined });
    });

    it('says so if the folder cannot hold the file', () => {
      const file = join(folder, 'file');
      writeFileSync(file, '');
      for (const impossible of [join(file, 'records.db'), join(folder, 'absent', 'records.db'), folder]) {
        const opened = openRecords({ path: impossible, clock, host: 'line-1' });
        expect(opened, impossible).toMatchObject({
          ok: false,
          error: { code: 'records-unwritable', params: { path: impossible } },
        });
      }
      expect(existsSync(join(folder, 'absent'))).toBe(false);
    });
  });
});
