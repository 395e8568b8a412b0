import type { Messages } from '../../../src-shared/messages/messages.js';
import { limitsOf } from '../../../src-shared/model/limits.js';
import type { LogLine, PhaseRecord, RunRecord, TestOutcome, Verdict } from '../../../src-shared/model/run.js';
import type { LogRange } from '../../../src-shared/model/test.js';

/**
 * One run as JUnit XML, in the form that Jenkins' junit and xunit plugins read: phases and tests are test
 * cases, a FAIL is a `failure`, whatever else is not a PASS is an `error`, an optional test that did not pass
 * is `skipped` and says why. Every test's own log stands in its case. Measurements are properties of the suite,
 * since a case has none there.
 * Source: https://github.com/jenkinsci/xunit-plugin (junit-10.xsd).
 */
export function toJUnit(run: RunRecord, messages: Messages, log: readonly LogLine[]): string {
  const bad = run.verdict !== 'PASS' && run.verdict !== null;
  const blamedTest = run.tests.find((test) => test.verdict !== 'PASS' && !test.optional);
  const cases = [
    ...run.phases.map((phase, index) => {
      // The phase in which the run ended carries the reason, unless a test does.
      const blamed = bad && blamedTest === undefined && index === lastWorkingPhase(run.phases);
      return testCase(run, `phase ${phase.phase}`, phase, blamed ? describe(run, messages) : '');
    }),
    ...run.tests.map((test) => {
      const text = test.attempts.flatMap((attempt) => linesOf(log, attempt.log)).join('\n');
      const out = text === '' ? '' : `<system-out>${escape(text)}</system-out>`;
      return testCase(run, test.name, test, `${outcomeOf(test, messages)}${out}`);
    }),
  ];
  const testsWith = (wanted: (verdict: Verdict) => boolean): number =>
    run.tests.filter((test) => !test.optional && wanted(test.verdict)).length;
  const elsewhere = bad && blamedTest === undefined ? 1 : 0;
  const attributes = {
    name: `slipway.${run.recipe}`,
    tests: cases.length,
    failures: testsWith((verdict) => verdict === 'FAIL') + (run.verdict === 'FAIL' ? elsewhere : 0),
    errors:
      testsWith((verdict) => verdict !== 'FAIL' && verdict !== 'PASS') +
      (run.verdict === 'FAIL' ? 0 : elsewhere),
    skipped: run.tests.filter((test) => test.optional && test.verdict !== 'PASS').length,
    time: seconds(run),
    timestamp: new Date(run.startedAt).toISOString().slice(0, 19),
    hostname: run.host,
  };
  const properties = {
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
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites>`,
    `<testsuite${attributesOf(attributes)}>`,
    '<properties>',
    ...Object.entries(properties).map(([name, value]) => `<property${attributesOf({ name, value })}/>`),
    '</properties>',
    ...cases,
    `<system-out>${escape(log.map(({ text }) => text).join('\n'))}</system-out>`,
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

/** `measurement.<test>.<name>`: the value; with `.unit`, `.limits` and `.verdict` beside it. */
function measured({ tests }: RunRecord): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const test of tests) {
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

function linesOf(log: readonly LogLine[], range: LogRange | undefined): string[] {
  if (range === undefined) return [];
  return log
    .filter(({ seq, source }) => seq >= range.from && seq < range.to && source !== 'out' && source !== 'err')
    .map(({ source, text }) => (source === 'sent' ? `> ${text}` : text));
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

function testCase(
  run: RunRecord,
  name: string,
  times: { startedAt: number; endedAt: number | null },
  content: string,
): string {
  const attributes = attributesOf({ classname: `slipway.${run.recipe}`, name, time: seconds(times) });
  return content === '' ? `<testcase${attributes}/>` : `<testcase${attributes}>${content}</testcase>`;
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
