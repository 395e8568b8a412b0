import { limitsOf, valueOf } from '../../../src-shared/model/limits.js';
import type { RunRecord, Verdict } from '../../../src-shared/model/run.js';
import type { Measurement } from '../../../src-shared/model/test.js';

/** One measurement of a unit over its runs. */
export interface UnitMeasurement {
  readonly test: string;
  readonly name: string;
  /** The limits that it was judged by last. */
  readonly limits: string;
  /** By run, newest first; null where that run did not take it. */
  readonly values: readonly ({ value: string; verdict: Measurement['verdict'] } | null)[];
}

export interface UnitLife {
  readonly counts: readonly { verdict: Verdict; count: number }[];
  /** When its first run began and its newest, in ms since the epoch. */
  readonly first: number | null;
  readonly newest: number | null;
  readonly measurements: readonly UnitMeasurement[];
}

/** What a unit's runs, newest first, say of it. Measurements are of the newest `columns` runs. */
export function lifeOf(runs: readonly RunRecord[], columns: number): UnitLife {
  const counts = new Map<Verdict, number>();
  for (const { verdict } of runs) if (verdict !== null) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const shown = runs.slice(0, columns);
  const taken = shown.map((run) =>
    run.tests.flatMap((test) =>
      (test.attempts.at(-1)?.measurements ?? []).map((one) => ({ test: test.name, one })),
    ),
  );
  const kinds = new Map<string, { test: string; one: Measurement }>();
  for (const each of taken.flat()) {
    const key = `${each.test}\0${each.one.name}`;
    if (!kinds.has(key)) kinds.set(key, each);
  }
  return {
    counts: [...counts].map(([verdict, count]) => ({ verdict, count })),
    first: runs.at(-1)?.startedAt ?? null,
    newest: runs[0]?.startedAt ?? null,
    measurements: [...kinds.values()].map(({ test, one }) => ({
      test,
      name: one.name,
      limits: limitsOf(one),
      values: taken.map((ofRun) => {
        const found = ofRun.find((each) => each.test === test && each.one.name === one.name);
        return found === undefined ? null : { value: valueOf(found.one), verdict: found.one.verdict };
      }),
    })),
  };
}

/** Whether something of a run is not as in the run before it; `runs` are newest first. */
export function changedAt(
  runs: readonly RunRecord[],
  index: number,
  field: 'imageId' | 'contentHash' | 'recipeHash',
): boolean {
  const [run, before] = [runs[index], runs[index + 1]];
  return run !== undefined && before !== undefined && run[field] !== before[field];
}
