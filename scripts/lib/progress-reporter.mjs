import { appendFileSync } from 'node:fs';

/** @typedef {import('vitest/node').TestModule} TestModule */
/** @typedef {import('vitest/node').TestCase} TestCase */
/** @typedef {import('@playwright/test/reporter').TestCase} WindowTest */

/**
 * A reporter for Vitest and for Playwright that notes at once what begins and what ends, in the file that
 * `PROGRESS_FILE` names: one line each, `+` or `-` and a name. A run that hangs leaves no report, yet the notes tell
 * what it hung in. Written synchronously, so that nothing is missing however the run ends. Read by `watchProgress`.
 */
export default class ProgressReporter {
  /** @param {string} line */
  #note(line) {
    const file = process.env['PROGRESS_FILE'];
    if (file !== undefined) appendFileSync(file, `${line.replaceAll(/\s+/g, ' ')}\n`);
  }

  /** @param {TestModule} module */
  onTestModuleQueued(module) {
    this.#note(`+ ${module.relativeModuleId}`);
  }

  /** @param {TestModule} module */
  onTestModuleEnd(module) {
    this.#note(`- ${module.relativeModuleId}`);
  }

  /** @param {TestCase} test */
  onTestCaseReady(test) {
    this.#note(`+ ${test.module.relativeModuleId} › ${test.fullName}`);
  }

  /** @param {TestCase} test */
  onTestCaseResult(test) {
    this.#note(`- ${test.module.relativeModuleId} › ${test.fullName}`);
  }

  /** @param {WindowTest} test */
  onTestBegin(test) {
    this.#note(`+ ${nameOf(test)}`);
  }

  /** @param {WindowTest} test */
  onTestEnd(test) {
    this.#note(`- ${nameOf(test)}`);
  }

  /** For Playwright: the screen is another reporter's. */
  printsToStdio() {
    return false;
  }
}

/** The file and the title. @param {WindowTest} test */
function nameOf(test) {
  return test.titlePath().filter(Boolean).join(' › ');
}
