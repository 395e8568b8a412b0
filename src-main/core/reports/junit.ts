import type { Messages } from '../../../src-shared/messages/messages.js';
import type { PhaseRecord, RunRecord, TestOutcome } from '../../../src-shared/model/run.js';

/**
 * One run as JUnit XML, in the form that Jenkins' junit plugin reads: phases and tests are test cases, a
 * FAIL is a `failure`, whatever else is not a PASS is an `error`.
 * Source: https://github.com/jenkinsci/xunit-plugin (junit-10.xsd).
 */
export function toJUnit(run: RunRecord, messages: Messages, log: string): string {
  const bad = run.verdict !== 'PASS' && run.verdict !== null;
  const blamedTest = run.tests.find((test) => test.verdict !== 'PASS');
  const cases = [
    ...run.phases.map((phase, index) => {
      // The phase in which the run ended carries the reason, unless a test does.
      const blamed = bad && blamedTest === undefined && index === lastWorkingPhase(run.phases);
      return testCase(run, `phase ${phase.phase}`, phase, blamed ? describe(run, messages) : '');
    }),
    ...run.tests.map((test) =>
      testCase(run, test.name, test, test === blamedTest ? describe(test, messages) : ''),
    ),
  ];
  const failures = run.verdict === 'FAIL' ? 1 : 0;
  const attributes = {
    name: `slipway.${run.recipe}`,
    tests: cases.length,
    failures,
    errors: bad ? 1 - failures : 0,
    time: seconds(run),
    timestamp: new Date(run.startedAt).toISOString().slice(0, 19),
    hostname: run.host,
  };
  const properties = {
    run: run.id,
    verdict: run.verdict ?? '',
    unit: run.unitSerial ?? '',
    model: run.model,
    bay: run.bay,
    attempt: run.attempt,
    operator: run.operator,
    recipeHash: run.recipeHash,
    imageId: run.imageId ?? '',
    contentHash: run.contentHash ?? '',
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites>`,
    `<testsuite${attributesOf(attributes)}>`,
    '<properties>',
    ...Object.entries(properties).map(([name, value]) => `<property${attributesOf({ name, value })}/>`),
    '</properties>',
    ...cases,
    `<system-out>${escape(log)}</system-out>`,
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function lastWorkingPhase(phases: PhaseRecord[]): number {
  const last = phases.length - 1;
  return phases[last]?.phase === 'finish' && last > 0 ? last - 1 : last;
}

function seconds({ startedAt, endedAt }: { startedAt: number; endedAt: number | null }): string {
  return (((endedAt ?? startedAt) - startedAt) / 1000).toFixed(3);
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
  outcome: string,
): string {
  const attributes = attributesOf({ classname: `slipway.${run.recipe}`, name, time: seconds(times) });
  return outcome === '' ? `<testcase${attributes}/>` : `<testcase${attributes}>${outcome}</testcase>`;
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
