/**
 * @typedef {object} Totals
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/**
 * @typedef {Totals & { name: string, note?: string }} Outcome of a suite or a check
 */

/** @param {unknown} value @returns {Record<string, unknown>} */
const record = (value) =>
  typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};
/** @param {unknown} value */
const count = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
/** @param {unknown} value @returns {unknown[]} */
const list = (value) => (Array.isArray(value) ? value : []);

/**
 * Adds up Vitest's JSON report. A file that failed without one failed test (it does not compile, its
 * set-up threw) counts as one failure.
 * @param {unknown} report
 * @returns {Totals}
 */
export function sumVitest(report) {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = record(report);
  const brokenFiles = list(testResults).filter((file) => {
    const { status, assertionResults } = record(file);
    return status === 'failed' && !list(assertionResults).some((test) => record(test)['status'] === 'failed');
  });
  return {
    passed: count(numPassedTests),
    failed: count(numFailedTests) + brokenFiles.length,
    skipped: count(numPendingTests) + count(numTodoTests),
  };
}

/**
 * Adds up Playwright's JSON report. Its errors outside of tests count as failures; so does a test that
 * passed only when it was repeated.
 * @param {unknown} report
 * @returns {Totals}
 */
export function sumPlaywright(report) {
  const { stats, errors } = record(report);
  const { expected, unexpected, flaky, skipped } = record(stats);
  return {
    passed: count(expected),
    failed: count(unexpected) + count(flaky) + list(errors).length,
    skipped: count(skipped),
  };
}

/**
 * Judges a suite by its own report and its exit code. No report, no test in it, or a bad exit code
 * without a failed test is a failure too: silence is never a success.
 * @param {string} name
 * @param {Totals | undefined} totals undefined when the report is missing or cannot be read
 * @param {number} code
 * @param {readonly string[]} [hungIn] what was running when the suite was ended because it hung
 * @returns {Outcome}
 */
export function judgeSuite(name, totals, code, hungIn) {
  if (hungIn !== undefined) {
    const note = `it hung in ${hungIn.slice(0, 3).join(', ') || 'no test'}`;
    return {
      name,
      passed: totals?.passed ?? 0,
      failed: (totals?.failed ?? 0) + 1,
      skipped: totals?.skipped ?? 0,
      note,
    };
  }
  if (totals === undefined) return { name, passed: 0, failed: 1, skipped: 0, note: 'it left no report' };
  const { passed, failed, skipped } = totals;
  if (passed + failed === 0) return { name, passed, failed: 1, skipped, note: 'it ran no test' };
  if (code !== 0 && failed === 0) {
    return { name, passed, failed: 1, skipped, note: `no test failed, yet it ended with code ${code}` };
  }
  return { name, ...totals };
}

/**
 * @param {readonly Totals[]} outcomes
 * @returns {Totals}
 */
export function addUp(outcomes) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const one of outcomes) {
    total.passed += one.passed;
    total.failed += one.failed;
    total.skipped += one.skipped;
  }
  return total;
}

/**
 * The run's last line, in a form that machines read: `12 passed, 0 failed`, `, 1 skipped` if any.
 * @param {Totals} totals
 */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
