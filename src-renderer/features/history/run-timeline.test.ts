import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { timelineOf } from './run-timeline.js';

const record = {
  startedAt: 1000,
  endedAt: 31_000,
  phases: [
    { phase: 'flash', startedAt: 1000, endedAt: 21_000 },
    { phase: 'test', startedAt: 21_000, endedAt: null },
  ],
  tests: [
    {
      name: 'boots',
      verdict: 'PASS',
      startedAt: 21_000,
      endedAt: 30_000,
      attempts: [
        { verdict: 'FAIL', startedAt: 21_000, endedAt: 25_000, measurements: [], exitCode: null },
        {
          verdict: 'PASS',
          startedAt: 25_000,
          endedAt: 30_000,
          measurements: [],
          exitCode: null,
          setUp: { verdict: 'PASS', startedAt: 25_000, endedAt: 26_000 },
        },
      ],
    },
    { name: 'old', verdict: 'PASS', startedAt: 30_000, endedAt: 31_000, attempts: [] },
  ],
} as unknown as RunRecord;

describe('the time line of a run', () => {
  it('has a row for the phases and one for each test with its attempts', () => {
    const { lanes, from, until } = timelineOf(record, 0);
    expect([from, until]).toEqual([1000, 31_000]);
    expect(lanes.map(({ test }) => test)).toEqual([null, 'boots', 'old']);
    expect(lanes[0]?.segments[1]).toMatchObject({ phase: 'test', until: 31_000, isOpen: true });
    expect(lanes[1]?.segments.map(({ kind, attempt, verdict }) => [kind, attempt, verdict])).toEqual([
      ['attempt', 1, 'FAIL'],
      ['attempt', 2, 'PASS'],
      ['setUp', 2, 'PASS'],
    ]);
    expect(lanes[2]?.segments).toHaveLength(1);
  });

  it('marks its scale with ten marks or so, and reaches to now while the run goes on', () => {
    const { ticks, until } = timelineOf({ ...record, endedAt: null }, 61_000);
    expect(until).toBe(61_000);
    expect(ticks).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000]);
  });
});
