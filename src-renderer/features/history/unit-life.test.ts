import { describe, expect, it } from 'vitest';
import { createRun } from '../../../test/fakes/run-record.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { changedAt, lifeOf } from './unit-life.js';

function measured(value: number, verdict: 'PASS' | 'FAIL'): RunRecord['tests'] {
  const times = { startedAt: 0, endedAt: 1, exitCode: null };
  const one = { name: 'vcc', text: String(value), number: value, unit: 'V', min: 3.1, verdict };
  const attempt = { ...times, verdict, measurements: [one] };
  return [{ name: 'power', kind: 'serial', optional: false, verdict, ...times, attempts: [attempt] }];
}

const runs = [
  createRun({ id: 'run-00000003', startedAt: 3000, tests: measured(3.3, 'PASS') }),
  createRun({ id: 'run-00000002', startedAt: 2000, verdict: 'ABORTED', imageId: 'sha256:new' }),
  createRun({ id: 'run-00000001', startedAt: 1000, verdict: 'FAIL', tests: measured(2.9, 'FAIL') }),
];

describe('the life of a unit', () => {
  it('counts its verdicts and lays what it measured beside each other, newest first', () => {
    const life = lifeOf(runs, 8);
    expect(life.counts).toEqual([
      { verdict: 'PASS', count: 1 },
      { verdict: 'ABORTED', count: 1 },
      { verdict: 'FAIL', count: 1 },
    ]);
    expect([life.first, life.newest]).toEqual([1000, 3000]);
    expect(life.measurements).toEqual([
      {
        test: 'power',
        name: 'vcc',
        limits: '≥ 3.1 V',
        values: [{ value: '3.3 V', verdict: 'PASS' }, null, { value: '2.9 V', verdict: 'FAIL' }],
      },
    ]);
  });

  it('says where the image is another than before', () => {
    expect(runs.map((_, index) => changedAt(runs, index, 'imageId'))).toEqual([true, true, false]);
  });
});
