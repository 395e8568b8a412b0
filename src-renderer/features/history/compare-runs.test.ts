import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { createRun } from '../../../test/fakes/run-record.js';
import { compareRuns } from './compare-runs.js';

function measuring(value: number): RunRecord['tests'] {
  return [
    {
      name: 'power',
      kind: 'serial',
      optional: false,
      verdict: value > 3 ? 'PASS' : 'FAIL',
      startedAt: 0,
      endedAt: 9000,
      exitCode: null,
      attempts: [
        {
          verdict: 'PASS',
          startedAt: 0,
          endedAt: 9000,
          exitCode: null,
          measurements: [
            {
              name: 'vcc',
              text: String(value),
              number: value,
              unit: 'V',
              min: 3.1,
              verdict: value > 3 ? 'PASS' : 'FAIL',
            },
          ],
        },
      ],
    },
  ];
}

describe('two runs side by side', () => {
  const one = createRun({ id: 'run-00000001', startedAt: 0, endedAt: 60_000, tests: measuring(3.3) });

  it('differ in nothing when they are the same', () => {
    const { facts, phases, total, tests, measurements } = compareRuns(one, one);
    expect([...facts, ...phases, total, ...tests, ...measurements].filter(({ differs }) => differs)).toEqual(
      [],
    );
  });

  it('differ in image, content, time, tests and what was measured', () => {
    const other = createRun({
      id: 'run-00000002',
      startedAt: 0,
      endedAt: 90_000,
      imageId: 'sha256:other',
      contentHash: null,
      phases: [{ phase: 'panel', startedAt: 0, endedAt: 2000 }],
      tests: measuring(2.5),
    });
    const { facts, phases, total, tests, measurements } = compareRuns(one, other);
    expect(facts.filter(({ differs }) => differs).map(({ name }) => name)).toEqual(['imageId', 'content']);
    expect(phases).toMatchObject([
      { name: 'panel', one: null, other: 2000, differs: true },
      { name: 'flash', one: 60_000, other: null, differs: true },
    ]);
    expect(total.differs).toBe(true);
    expect(tests).toMatchObject([
      { name: 'power', one: { verdict: 'PASS' }, other: { verdict: 'FAIL' }, differs: true },
    ]);
    expect(measurements).toMatchObject([
      { name: 'vcc', test: 'power', limits: '≥ 3.1 V', one: { value: '3.3 V' }, other: { value: '2.5 V' } },
    ]);
    expect(measurements[0]?.by).toBeCloseTo(-0.8);
  });

  it('took about the same time when a moment is between them', () => {
    const other = createRun({ ...one, id: 'run-00000002', endedAt: 63_000 });
    expect(compareRuns(one, other).total.differs).toBe(false);
  });
});
