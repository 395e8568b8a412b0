import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { createRun } from '../../../test/fakes/run-record.js';
import { isWithin, withRun } from './runs-list.svelte.js';

function run(id: string, startedAt: number): RunRecord {
  return createRun({ id, startedAt });
}

const ids = (runs: readonly RunRecord[]): string[] => runs.map(({ id }) => id);

describe('a run that ends while the list is shown', () => {
  const shown = [run('c', 30), run('b', 20), run('a', 10)];

  it('stands where its start belongs', () => {
    expect(ids(withRun(shown, run('d', 40), false))).toEqual(['d', 'c', 'b', 'a']);
    expect(ids(withRun(shown, run('x', 15), false))).toEqual(['c', 'b', 'x', 'a']);
  });

  it('takes the place of itself without a verdict', () => {
    expect(ids(withRun(shown, run('b', 20), false))).toEqual(['c', 'b', 'a']);
    expect(ids(withRun(shown, run('a', 10), false))).toEqual(['c', 'b', 'a']);
  });

  it('comes with its own page when it is older than what is shown', () => {
    expect(ids(withRun(shown, run('0', 5), false))).toEqual(['c', 'b', 'a']);
    expect(ids(withRun(shown, run('0', 5), true))).toEqual(['c', 'b', 'a', '0']);
  });
});

describe('a run and what the list asks for', () => {
  it('belongs there when every filter holds', () => {
    const one = { ...run('one', 1000), verdict: 'FAIL', bay: 2, operator: '' } as const;
    expect(isWithin(one, {})).toBe(true);
    expect(isWithin(one, { verdict: 'FAIL', bay: 2, operator: '', from: 1000, until: 1001 })).toBe(true);
    for (const scope of [
      { verdict: 'PASS' },
      { bay: 1 },
      { from: 1001 },
      { until: 1000 },
      { faultCode: 'unplugged' },
    ] as const)
      expect(isWithin(one, scope)).toBe(false);
  });
});
