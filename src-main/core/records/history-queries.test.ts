import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/fakes/clock.js';
import { createRun } from '../../../test/fakes/records.js';
import { fault, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { openRecords } from './open-records.js';
import type { Records } from './records.js';

describe('the history of many runs', () => {
  let folder: string;
  let records: Records;
  let count = 0;
  const now = new Date(2026, 4, 13, 12).getTime();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-history-'));
    count = 0;
    records = valueOf(
      openRecords({ path: join(folder, 'records.db'), clock: createFakeClock(now), host: 'line-1' }),
    );
  });
  afterEach(() => {
    records.close();
    rmSync(folder, { recursive: true });
  });

  function valueOf<Value>(result: Result<Value>): Value {
    if (!result.ok) throw new Error(`${result.error.code} ${result.error.detail ?? ''}`);
    return result.value;
  }

  function save(given: Partial<RunRecord>): void {
    count += 1;
    const run = createRun({ id: `run-0000-${count}`, startedAt: now, ...given });
    valueOf(records.save({ ...run, verdict: null, fault: null, endedAt: null }));
    valueOf(records.save(run));
  }

  const failed = { verdict: 'FAIL', fault: fault('flash-failed') } as const;

  it('counts runs by day, by bay, by recipe and by what they ended with', () => {
    save({ bay: 1 });
    save({ bay: 2, recipe: 'other', attempt: 2 });
    save({ bay: 2, ...failed });
    save({ bay: 2, verdict: 'ABORTED', fault: fault('unplugged'), startedAt: now - 86_400_000 });
    const { step, total, series, byBay, byRecipe, failuresByCode, failuresByPhase } = valueOf(
      records.history.statistics({}),
    );
    expect(step).toBe('day');
    expect(total).toEqual({ runs: 4, pass: 2, fail: 1, other: 1, firstPass: 1, firstFail: 1 });
    expect(series.slice(-2)).toMatchObject([
      { from: new Date(2026, 4, 12).getTime(), runs: 1, other: 1 },
      { from: new Date(2026, 4, 13).getTime(), until: new Date(2026, 4, 14).getTime(), runs: 3, pass: 2 },
    ]);
    expect(byBay).toMatchObject([
      { key: '1', pass: 1 },
      { key: '2', pass: 1, fail: 1, other: 1 },
    ]);
    expect(byRecipe.map(({ key, runs }) => [key, runs])).toEqual([
      ['other', 1],
      ['widget', 3],
    ]);
    expect(failuresByCode).toEqual([
      { key: 'flash-failed', verdict: 'FAIL', count: 1 },
      { key: 'unplugged', verdict: 'ABORTED', count: 1 },
    ]);
    expect(failuresByPhase.map(({ key }) => key)).toEqual(['flash', 'flash']);
  });

  it('counts a run once it has its verdict, and once', () => {
    const run = createRun({ id: 'run-0001', startedAt: now });
    valueOf(records.save({ ...run, verdict: null, endedAt: null }));
    expect(valueOf(records.history.statistics({})).total.runs).toBe(0);
    valueOf(records.save(run));
    valueOf(records.save(run));
    expect(valueOf(records.history.statistics({})).total.runs).toBe(1);
  });

  it('narrows statistics to whole days and to what is asked for', () => {
    const day = 86_400_000;
    for (let back = 0; back < 400; back += 1) save({ startedAt: now - back * day, bay: 1 + (back % 2) });
    const midnight = new Date(2026, 4, 13).getTime();
    const ofDays = (from: number, until?: number) =>
      valueOf(records.history.statistics({ from, ...(until === undefined ? {} : { until }) }));
    expect(ofDays(midnight).total.runs).toBe(1);
    expect(ofDays(new Date(2026, 4, 3).getTime(), midnight)).toMatchObject({
      step: 'day',
      total: { runs: 10 },
    });
    expect(ofDays(new Date(2026, 1, 13).getTime(), midnight)).toMatchObject({
      step: 'week',
      total: { runs: 89 },
    });
    const year = ofDays(new Date(2025, 4, 13).getTime(), midnight);
    expect(year).toMatchObject({ step: 'month', total: { runs: 365 } });
    expect(year.series).toHaveLength(13);
    expect(year.series.reduce((sum, { runs }) => sum + runs, 0)).toBe(365);
    expect(valueOf(records.history.statistics({ bay: 2 })).total.runs).toBe(200);
  });

  it('gives the values to filter by, each column counted under the other filters', () => {
    save({ bay: 1, operator: 'Ada' });
    save({ bay: 2, operator: 'Ada' });
    save({ bay: 2, operator: 'Ben', ...failed });
    const facets = valueOf(records.history.facets({ bay: 2 }));
    expect(facets.bay).toEqual([
      { value: '2', count: 2 },
      { value: '1', count: 1 },
    ]);
    expect(facets.operator).toEqual([
      { value: 'Ada', count: 1 },
      { value: 'Ben', count: 1 },
    ]);
    expect(facets.total).toBe(2);
    expect(valueOf(records.history.facets({ bay: 2, verdict: 'FAIL' })).total).toBe(1);
  });

  it('gives the values of one unit without counting them', () => {
    save({ unitSerial: 'SN-1', bay: 3 });
    save({ unitSerial: 'SN-2', bay: 4 });
    const facets = valueOf(records.history.facets({ unitSerial: 'SN-1' }));
    expect(facets.bay).toEqual([{ value: '3', count: null }]);
    expect(facets.total).toBeNull();
  });

  it('tells how long the phases of passed runs took, by bay and by recipe', () => {
    for (let seconds = 1; seconds <= 10; seconds += 1) {
      const endedAt = now + seconds * 1000;
      save({ bay: 1, endedAt, phases: [{ phase: 'flash', startedAt: now, endedAt }] });
    }
    save({ bay: 2, ...failed, endedAt: now + 900_000 });
    const { all, byBay } = valueOf(records.history.durations({}));
    expect(all).toMatchObject({ runs: 10, median: 6000, p90: 10_000 });
    expect(all?.phases).toEqual([{ phase: 'flash', median: 6000, p90: 10_000 }]);
    expect(byBay.map(({ key }) => key)).toEqual(['1']);
  });

  it('knows what was measured', () => {
    const test = {
      name: 'power',
      kind: 'serial',
      optional: false,
      verdict: 'PASS',
      startedAt: now,
      endedAt: now,
      exitCode: null,
      attempts: [
        {
          verdict: 'PASS',
          startedAt: now,
          endedAt: now,
          exitCode: null,
          measurements: [{ name: 'vcc', text: '3.3', number: 3.3, verdict: 'PASS' }],
        },
      ],
    } satisfies RunRecord['tests'][number];
    save({ tests: [test] });
    expect(valueOf(records.history.measurementKinds())).toEqual([
      { recipe: 'widget', test: 'power', name: 'vcc' },
    ]);
  });
});
