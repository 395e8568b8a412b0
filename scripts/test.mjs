// npm test: sets up what is missing, checks the code and runs every suite. The numbers come from the
// suites' own reports in test-results/; the last line is the sum of them.
//
//   npm test -- --only unit,integration,e2e   only these suites
//   npm test -- --no-check                    without lint, types and svelte-check
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanup } from './lib/cleanup.mjs';
import { openDisplay } from './lib/display.mjs';
import { isMain, projectRoot, runMain } from './lib/main.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { addUp, closingLine, judgeSuite, sumPlaywright, sumVitest } from './lib/reports.mjs';
import { run } from './lib/run.mjs';
import { duration, say, step, Trouble, warn } from './lib/say.mjs';
import { setUpStation } from './lib/station-setup.mjs';
import { endLeftovers, reportArguments, watchProgress } from './lib/stuck.mjs';

/** @typedef {import('./lib/reports.mjs').Outcome} Outcome */

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {boolean} needsStation an engine, the demo's images and a build
 * @property {boolean} needsWindow an Electron and a display
 * @property {string[]} command
 * @property {(report: unknown) => import('./lib/reports.mjs').Totals} sum
 */

const results = join(projectRoot, 'test-results');
const reports = join(results, 'stuck');
const progressReporter = join(projectRoot, 'scripts/lib/progress-reporter.mjs');
/** No suite takes this long; one that hangs must not hang everything else. */
const suiteLimitMs = 40 * 60_000;
/** Nor does any test, with all that is set up for it. */
const testLimitMs = 8 * 60_000;

/** @param {string} name */
function vitest(name) {
  return [
    ...reportArguments(reports),
    'node_modules/vitest/vitest.mjs',
    ...['run', '--project', name],
    ...['--reporter=default', '--reporter=json', '--reporter=junit', `--reporter=${progressReporter}`],
    `--outputFile.json=test-results/${name}.json`,
    `--outputFile.junit=test-results/${name}.xml`,
  ];
}

/** @type {readonly Suite[]} */
const suites = [
  { name: 'unit', needsStation: false, needsWindow: false, command: vitest('unit'), sum: sumVitest },
  {
    name: 'integration',
    needsStation: true,
    needsWindow: false,
    command: vitest('integration'),
    sum: sumVitest,
  },
  {
    name: 'e2e',
    needsStation: true,
    needsWindow: true,
    command: [
      'node_modules/@playwright/test/cli.js',
      ...[
        'test',
        '--config',
        'test/e2e/playwright.config.ts',
        `--reporter=list,json,junit,${progressReporter}`,
      ],
    ],
    sum: sumPlaywright,
  },
];

const checks = [
  { name: 'lint', script: 'lint' },
  { name: 'types', script: 'typecheck' },
  { name: 'svelte-check', script: 'svelte-check' },
];

/**
 * Installs and starts what the suites need.
 * @param {readonly Suite[]} chosen
 * @param {(release: () => Promise<void>) => void} defer
 */
async function setUp(chosen, defer) {
  step('Setting up');
  if (!chosen.some((suite) => suite.needsStation)) {
    await ensureNpmPackages();
    return;
  }
  await setUpStation({ window: chosen.some((suite) => suite.needsWindow), boards: true, defer });
  await (await import('./build.mjs')).build();
}

/**
 * @param {string} name
 * @returns {unknown} the report that a suite left, or undefined
 */
function reportOf(name) {
  try {
    return JSON.parse(readFileSync(join(results, `${name}.json`), 'utf8'));
  } catch (error) {
    warn(`test-results/${name}.json: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/**
 * @param {Suite} suite
 * @param {AbortSignal} signal
 * @returns {Promise<Outcome>}
 */
async function runSuite(suite, signal) {
  step(`Suite: ${suite.name}`);
  const display = suite.needsWindow ? await openDisplay() : undefined;
  const notes = join(results, `${suite.name}.progress`);
  const progress = watchProgress({ notes, reports, limitMs: testLimitMs });
  try {
    const env = {
      ...process.env,
      ...(display === undefined ? {} : { DISPLAY: display.name }),
      PROGRESS_FILE: notes,
      REPORT_FOLDER: reports,
      PLAYWRIGHT_JSON_OUTPUT_NAME: join(results, `${suite.name}.json`),
      PLAYWRIGHT_JUNIT_OUTPUT_NAME: join(results, `${suite.name}.xml`),
    };
    const ended = AbortSignal.any([signal, progress.signal]);
    const options = { cwd: projectRoot, env, signal: ended, timeoutMs: suiteLimitMs };
    const { code } = await run(process.execPath, suite.command, options);
    const report = reportOf(suite.name);
    const totals = report === undefined ? undefined : suite.sum(report);
    const hung = progress.found();
    if (hung === undefined) return judgeSuite(suite.name, totals, code);
    warn(`${suite.name} hung in:\n${[...hung.running, ...hung.places].join('\n')}`);
    endLeftovers(hung);
    return judgeSuite(suite.name, totals, code, hung.running);
  } finally {
    progress.dispose();
    await display?.close();
  }
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<Outcome[]>}
 */
async function runChecks(signal) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const { name, script } of checks) {
    if (signal.aborted) break;
    step(`Check: ${name}`);
    const { code } = await run(npm, ['run', '--silent', script], { cwd: projectRoot, signal });
    outcomes.push({ name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 });
  }
  return outcomes;
}

/** @param {readonly Outcome[]} outcomes */
function summarize(outcomes) {
  step('Summary');
  for (const { name, passed, failed, skipped, note } of outcomes) {
    const why = note === undefined ? '' : `  (${note})`;
    say(
      `${failed > 0 ? 'FAIL' : 'ok  '}  ${name.padEnd(14)} ${closingLine({ passed, failed, skipped })}${why}`,
    );
  }
}

/**
 * @param {string | undefined} only
 * @returns {readonly Suite[]}
 */
function chooseSuites(only) {
  if (only === undefined) return suites;
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0)
    throw new Trouble(`No such suite: ${unknown.join(', ')}. There are unit, integration, e2e.`);
  return suites.filter((suite) => names.includes(suite.name));
}

async function main() {
  const { values } = parseArgs({
    allowNegative: true,
    options: { only: { type: 'string' }, check: { type: 'boolean', default: true } },
  });
  const chosen = chooseSuites(values.only);
  const begun = Date.now();
  const end = cleanup();
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });

  /** @type {Outcome[]} */
  const outcomes = [];
  try {
    await setUp(chosen, end.defer);
    if (values.check) outcomes.push(...(await runChecks(end.signal)));
    for (const suite of chosen) {
      if (end.signal.aborted) break;
      outcomes.push(await runSuite(suite, end.signal));
    }
    if (end.signal.aborted)
      outcomes.push({ name: 'run', passed: 0, failed: 1, skipped: 0, note: 'interrupted' });
  } catch (error) {
    warn(
      `\n${error instanceof Trouble ? error.message : String((error instanceof Error && error.stack) || error)}`,
    );
    outcomes.push({ name: 'set-up', passed: 0, failed: 1, skipped: 0, note: 'see above' });
  } finally {
    await end.run();
  }
  summarize(outcomes);
  say(`(${duration(Date.now() - begun)})`);
  const totals = addUp(outcomes);
  say(closingLine(totals));
  return totals.failed > 0 ? 1 : 0;
}

if (isMain(import.meta.url)) runMain(main);
