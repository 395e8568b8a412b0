import type { Messages } from '../../../src-shared/messages/messages.js';
import { limitsOf } from '../../../src-shared/model/limits.js';
import type { Fault } from '../../../src-shared/model/result.js';
import type { LogLine, PhaseRecord, RunRecord, TestOutcome, Verdict } from '../../../src-shared/model/run.js';
import type { LogRange } from '../../../src-shared/model/test.js';

/** Lines of a run's log from number `from` on, at most `limit` of them; none beyond its end. */
export type ReadLog = (from: number, limit: number) => Promise<readonly LogLine[]>;

/** How many lines of a log are in memory at a time. */
const linesAtATime = 2000;

/** The beginning of a file; `name` is what the suites have in common: an order's number. */
export function junitHead(name?: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${name === undefined ? '' : attributesOf({ name })}>\n`;
}
export const junitTail = '</testsuites>\n';

/** One run as a JUnit file of its own; see `junitSuite`. */
export async function toJUnit(
  run: RunRecord,
  messages: Messages,
  log: readonly LogLine[] | ReadLog,
): Promise<string> {
  const read: ReadLog =
    typeof log === 'function' ? log : (from, limit) => Promise.resolve(log.slice(from, from + limit));
  const parts: string[] = [];
  for await (const part of junitSuite(run, messages, read)) parts.push(part);
  return `${junitHead()}${parts.join('')}${junitTail}`;
}

/**
 * One run as a suite of JUnit XML, in the form that Jenkins' junit and xunit plugins read: phases and tests are test
 * cases, a FAIL is a `failure`, whatever else is not a PASS is an `error`, an optional test that did not pass
 * is `skipped` and says why. Every test's own log stands in its case. Measurements are properties of the suite,
 * since a case has none there. It comes in pieces: a log can be long.
 *
 * Jenkins tells cases apart by class and name. `among` many runs, the class therefore ends with the unit, or where none
 * is known with the run.
 * Source: https://github.com/jenkinsci/xunit-plugin (junit-10.xsd).
 */
export async function* junitSuite(
  run: RunRecord,
  messages: Messages,
  read: ReadLog,
  { among = false }: { among?: boolean } = {},
): AsyncGenerator<string> {
  // A dot parts packages: a serial number must not make one.
  const own = `.${(run.unitSerial ?? run.id).replaceAll('.', '_')}`;
  const name = `slipway.${run.recipe}${among ? own : ''}`;
  yield `<testsuite${attributesOf(suiteAttributes(run, name))}>\n<properties>\n`;
  for (const [property, value] of Object.entries(propertiesOf(run))) {
    yield `<property${attributesOf({ name: property, value })}/>\n`;
  }
  yield '</properties>\n';
  const blame = blameOf(run);
  for (const [index, phase] of run.phases.entries()) {
    // The phase in which the run ended carries the reason, unless a test does.
    yield `${caseHead(name, `phase ${phase.phase}`, phase)}>${
      blame === index ? describe(run, messages) : ''
    }</testcase>\n`;
  }
  for (const test of run.tests) {
    yield `${caseHead(name, test.name, test)}>${outcomeOf(test, messages)}`;
    const ranges = test.attempts.flatMap(({ log }) => (log === undefined ? [] : [log]));
    yield* systemOut(eachOf(ranges, read), isOfTest);
    yield '</testcase>\n';
  }
  yield* systemOut(linesBetween(read, { from: 0, to: Number.MAX_SAFE_INTEGER }));
  yield '\n</testsuite>\n';
}

/** A JUnit file for a run that never began, so that whoever reads it does not take an older one for it. */
export function junitOfNoRun(recipe: string, problem: Fault, at: number, messages: Messages): string {
  const name = `slipway.${recipe}`;
  const suite = attributesOf({
    name,
    tests: 1,
    failures: 0,
    errors: 1,
    skipped: 0,
    time: '0.000',
    timestamp: new Date(at).toISOString().slice(0, 19),
  });
  const head = caseHead(name, 'phase prepare', { startedAt: at, endedAt: at });
  const reason = describe({ verdict: 'ERROR', fault: problem }, messages);
  return `${junitHead()}<testsuite${suite}>\n${head}>${reason}</testcase>\n</testsuite>\n${junitTail}`;
}

/** The phase that carries the reason of a verdict; none for a PASS, and none where a test carries it. */
function blameOf(run: RunRecord): number | null {
  const bad = run.verdict !== 'PASS' && run.verdict !== null;
  const blamedTest = run.tests.some((test) => test.verdict !== 'PASS' && !test.optional);
  return bad && !blamedTest ? lastWorkingPhase(run.phases) : null;
}

function suiteAttributes(run: RunRecord, name: string): Record<string, string | number> {
  const testsWith = (wanted: (verdict: Verdict) => boolean): number =>
    run.tests.filter((test) => !test.optional && wanted(test.verdict)).length;
  const elsewhere = blameOf(run) === null ? 0 : 1;
  return {
    name,
    tests: run.phases.length + run.tests.length,
    failures: testsWith((verdict) => verdict === 'FAIL') + (run.verdict === 'FAIL' ? elsewhere : 0),
    errors:
      testsWith((verdict) => verdict !== 'FAIL' && verdict !== 'PASS') +
      (run.verdict === 'FAIL' ? 0 : elsewhere),
    skipped: run.tests.filter((test) => test.optional && test.verdict !== 'PASS').length,
    time: seconds(run),
    timestamp: new Date(run.startedAt).toISOString().slice(0, 19),
    hostname: run.host,
  };
}

function propertiesOf(run: RunRecord): Record<string, string | number> {
  return {
    run: run.id,
    firstRun: run.firstRun ?? run.id,
    verdict: run.verdict ?? '',
    unit: run.unitSerial ?? '',
    model: run.model,
    bay: run.bay,
    attempt: run.attempt,
    operator: run.operator,
    recipeHash: run.recipeHash,
    imageId: run.imageId ?? '',
    contentHash: run.contentHash ?? '',
    ...measured(run),
  };
}

async function* linesBetween(read: ReadLog, { from, to }: LogRange): AsyncGenerator<LogLine> {
  for (let next = from; next < to;) {
    const lines = await read(next, Math.min(linesAtATime, to - next));
    if (lines.length === 0) return;
    yield* lines;
    next += lines.length;
  }
}

async function* eachOf(ranges: readonly LogRange[], read: ReadLog): AsyncGenerator<LogLine> {
  for (const range of ranges) yield* linesBetween(read, range);
}

/** In a test's own lines, what the station said to the unit is marked. */
const isOfTest = ({ source }: LogLine): boolean => source !== 'out' && source !== 'err';

async function* systemOut(
  lines: AsyncIterable<LogLine>,
  only?: (line: LogLine) => boolean,
): AsyncGenerator<string> {
  let begun = false;
  for await (const line of lines) {
    if (only?.(line) === false) continue;
    const text = only !== undefined && line.source === 'sent' ? `> ${line.text}` : line.text;
    yield `${begun ? '\n' : '<system-out>'}${escape(text)}`;
    begun = true;
  }
  if (begun) yield '</system-out>';
}

/** `measurement.<test>.<name>`: the value; with `.unit`, `.limits` and `.verdict` beside it. */
function measured({ tests }: RunRecord): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const test of tests) {
    const imageId = test.attempts.at(-1)?.imageId;
    if (imageId !== undefined) properties[`test.${test.name}.imageId`] = imageId;
    for (const one of test.attempts.at(-1)?.measurements ?? []) {
      const name = `measurement.${test.name}.${one.name}`;
      properties[name] = one.text ?? '';
      if (one.unit !== undefined) properties[`${name}.unit`] = one.unit;
      const limits = limitsOf(one);
      if (limits !== '') properties[`${name}.limits`] = limits;
      properties[`${name}.verdict`] = one.verdict;
    }
  }
  return properties;
}

function lastWorkingPhase(phases: PhaseRecord[]): number {
  const last = phases.length - 1;
  return phases[last]?.phase === 'finish' && last > 0 ? last - 1 : last;
}

/** Seconds, as Surefire writes them; never less than none, whatever a clock that was set back says. */
function seconds({ startedAt, endedAt }: { startedAt: number; endedAt: number | null }): string {
  return (Math.max(0, (endedAt ?? startedAt) - startedAt) / 1000).toFixed(3);
}

function outcomeOf(test: TestOutcome, messages: Messages): string {
  if (test.verdict === 'PASS') return '';
  if (!test.optional) return describe(test, messages);
  const message = test.fault === undefined ? test.verdict : messages.what(test.fault);
  return `<skipped${attributesOf({ type: test.fault?.code ?? test.verdict, message })}/>`;
}

function describe(
  { verdict, fault }: Pick<RunRecord, 'verdict' | 'fault'> | TestOutcome,
  messages: Messages,
): string {
  const element = verdict === 'FAIL' ? 'failure' : 'error';
  const message = fault === null || fault === undefined ? (verdict ?? '') : messages.what(fault);
  return `<${element}${attributesOf({ type: fault?.code ?? verdict ?? '', message })}/>`;
}

function caseHead(
  classname: string,
  name: string,
  times: { startedAt: number; endedAt: number | null },
): string {
  return `<testcase${attributesOf({ classname, name, time: seconds(times) })}`;
}

function attributesOf(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(String(value))}"`)
    .join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes what XML reserves, and replaces what it cannot hold at all (control characters, lone surrogates). */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
