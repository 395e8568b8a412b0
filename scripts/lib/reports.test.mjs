import { describe, expect, it } from 'vitest';
import { addUp, closingLine, judgeSuite, sumPlaywright, sumVitest } from './reports.mjs';

describe("Vitest's report", () => {
  it('is added up by its own numbers', () => {
    const report = {
      numPassedTests: 7,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults: [],
    };
    expect(sumVitest(report)).toEqual({ passed: 7, failed: 1, skipped: 3 });
  });

  it('counts a file that could not be loaded as a failure', () => {
    const report = {
      numPassedTests: 7,
      numFailedTests: 1,
      testResults: [
        { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] },
        { status: 'failed', assertionResults: [] },
        { status: 'passed', assertionResults: [{ status: 'passed' }] },
      ],
    };
    expect(sumVitest(report)).toEqual({ passed: 7, failed: 2, skipped: 0 });
  });
});

describe("Playwright's report", () => {
  it('counts flaky tests and errors outside of tests as failures', () => {
    const report = {
      stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 0 },
      errors: [{ message: 'no' }],
    };
    expect(sumPlaywright(report)).toEqual({ passed: 5, failed: 3, skipped: 0 });
  });
});

describe('a suite', () => {
  it('fails without a report', () => {
    expect(judgeSuite('unit', undefined, 0)).toMatchObject({ failed: 1, note: 'it left no report' });
  });

  it('fails when it ran no test, skipped ones or not', () => {
    expect(judgeSuite('unit', { passed: 0, failed: 0, skipped: 4 }, 0)).toMatchObject({
      failed: 1,
      skipped: 4,
    });
  });

  it('fails when all tests passed and it ended badly all the same', () => {
    expect(judgeSuite('unit', { passed: 3, failed: 0, skipped: 0 }, 1)).toMatchObject({
      passed: 3,
      failed: 1,
    });
  });

  it('fails when it hung, and says in what', () => {
    expect(judgeSuite('unit', undefined, 128, ['a.test.ts › waits'])).toEqual({
      ...{ name: 'unit', passed: 0, failed: 1, skipped: 0 },
      note: 'it hung in a.test.ts › waits',
    });
    expect(judgeSuite('unit', { passed: 3, failed: 0, skipped: 0 }, 0, [])).toMatchObject({
      passed: 3,
      failed: 1,
    });
  });

  it('is what its report says otherwise', () => {
    const totals = { passed: 3, failed: 1, skipped: 0 };
    expect(judgeSuite('unit', totals, 1)).toEqual({ name: 'unit', ...totals });
  });
});

describe('the closing line', () => {
  it('adds up all suites, and leaves skipped ones out when there are none', () => {
    const suites = [
      { passed: 3, failed: 0, skipped: 0 },
      { passed: 4, failed: 1, skipped: 0 },
    ];
    expect(closingLine(addUp(suites))).toBe('7 passed, 1 failed');
    expect(closingLine({ passed: 1, failed: 0, skipped: 2 })).toBe('1 passed, 0 failed, 2 skipped');
  });

  it('says nothing passed when nothing ran', () => {
    expect(closingLine(addUp([]))).toBe('0 passed, 0 failed');
  });
});
