import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { createMessages } from '../../../src-shared/messages/messages.js';
import type { LogLine, RunRecord } from '../../../src-shared/model/run.js';
import type { TestAttempt, TestOutcome } from '../../../src-shared/model/test.js';
import { createRun } from '../../../test/fakes/records.js';
import { junitHead, junitSuite, junitTail, toJUnit } from './junit.js';

const messages = createMessages('en');
const phases = [
  { phase: 'prepare' as const, startedAt: 0, endedAt: 1000 },
  { phase: 'flash' as const, startedAt: 1000, endedAt: 5000 },
  { phase: 'finish' as const, startedAt: 5000, endedAt: 5100 },
];
const base = { id: 'run-000001', phases, endedAt: 5100, startedAt: 0 };
const logOf = (...texts: string[]): LogLine[] =>
  texts.map((text, seq) => ({ seq, at: 0, source: 'test', text }));

function anOutcome(
  change: Partial<TestOutcome> & { name: string },
  attempt: Partial<TestAttempt> = {},
): TestOutcome {
  const times = { verdict: change.verdict ?? 'PASS', startedAt: 1000, endedAt: 3000, exitCode: 0 } as const;
  return {
    kind: 'exec',
    optional: false,
    ...times,
    ...change,
    attempts: [{ ...times, measurements: [], ...attempt }],
  };
}

/** What Jenkins' schema has against a report; none when it takes it. */
async function refusals(xml: string): Promise<string[]> {
  const file = join(import.meta.dirname, '../../../test/fixtures/jenkins-junit.xsd');
  const schema = { fileName: 'jenkins-junit.xsd', contents: readFileSync(file, 'utf8') };
  const { errors } = await validateXML({ xml: [{ fileName: 'run.xml', contents: xml }], schema: [schema] });
  return errors.map(({ message }) => message);
}

it('has a case a phase and none that failed for a PASS', async () => {
  const xml = await toJUnit(createRun({ ...base, verdict: 'PASS' }), messages, logOf('log'));
  expect(xml.match(/<testcase/g)).toHaveLength(3);
  expect(xml).toContain('failures="0" errors="0"');
  expect(xml).toContain('time="4.000"');
});

it('blames the phase that failed: FAIL is a failure, anything else an error', async () => {
  const failed = await toJUnit(
    createRun({ ...base, verdict: 'FAIL', fault: { code: 'flash-failed', params: { reason: 'CRC' } } }),
    messages,
    [],
  );
  expect(failed).toMatch(/name="phase flash"[^>]*><failure type="flash-failed"/);
  const timedOut = await toJUnit(
    createRun({ ...base, verdict: 'TIMEOUT', fault: { code: 'flash-timeout', params: { seconds: 1 } } }),
    messages,
    [],
  );
  expect(timedOut).toContain('errors="1"');
  expect(timedOut).toMatch(/<error type="flash-timeout"/);
});

it('escapes what XML reserves and replaces what it cannot hold', async () => {
  const run = createRun({ id: 'run-000001', phases, unitSerial: '"<&>' });
  const xml = await toJUnit(run, messages, logOf('a\u0000b\u001b[31m\ud800 ]]>'));
  expect(xml).toContain('value="&quot;&lt;&amp;&gt;"');
  expect(xml).toContain('a\ufffdb\ufffd[31m\ufffd ]]&gt;');
});

const measuredRun = createRun({
  ...base,
  verdict: 'FAIL',
  tests: [
    anOutcome({ name: 'boots' }, { log: { from: 0, to: 1 }, imageId: 'sha256:0b1d' }),
    anOutcome(
      {
        name: 'power',
        verdict: 'FAIL',
        fault: {
          code: 'measurement-out-of-limits',
          params: { test: 'power', name: 'vcc', value: '3.9 V', limits: '3.1 … 3.5 V' },
        },
      },
      {
        log: { from: 1, to: 3 },
        measurements: [
          { name: 'vcc', text: '3.9', number: 3.9, unit: 'V', min: 3.1, max: 3.5, verdict: 'FAIL' },
        ],
      },
    ),
    anOutcome({ name: 'radio', verdict: 'ERROR', optional: true }),
  ],
});

it('has measurements as properties, each test’s own log in its case, and optional ones as skipped', async () => {
  const xml = await toJUnit(measuredRun, messages, logOf('login:', 'vcc=3.9', 'bad'));
  expect(xml).toContain('<property name="measurement.power.vcc" value="3.9"/>');
  expect(xml).toContain('<property name="test.boots.imageId" value="sha256:0b1d"/>');
  expect(xml).toContain('<property name="measurement.power.vcc.limits" value="3.1 … 3.5 V"/>');
  expect(xml).toContain('name="boots" time="2.000"><system-out>login:</system-out></testcase>');
  expect(xml).toContain('<system-out>vcc=3.9\nbad</system-out></testcase>');
  expect(xml).toMatch(/name="radio"[^>]*><skipped/);
  expect(xml).toContain('failures="1" errors="0" skipped="1"');
});

it.each<[string, RunRecord]>([
  ['that passed', createRun({ ...base, verdict: 'PASS' })],
  ['that measured and failed', measuredRun],
  [
    'that timed out in hostile words',
    createRun({ ...base, verdict: 'TIMEOUT', unitSerial: '"<&>\u0000\ud800', operator: 'Zoë “ñ” 🔧' }),
  ],
  ['that began and never ended', createRun({ ...base, verdict: null, endedAt: null })],
  ['of a clock that was set back', createRun({ ...base, startedAt: 9000, endedAt: 5100 })],
])('is taken by Jenkins’ own schema for a run %s', async (_, run) => {
  expect(await refusals(await toJUnit(run, messages, logOf('\u0007 <b>', ']]>')))).toEqual([]);
});

it('would be refused with anything else: the schema is no rubber stamp', async () => {
  const xml = (await toJUnit(measuredRun, messages, [])).replace('<testcase', '<testcase unknown="1"');
  expect(await refusals(xml)).not.toEqual([]);
});

it('tells the cases of many runs apart by their unit, a dot in a serial number being no package', async () => {
  const parts: string[] = [];
  const run = createRun({ ...base, verdict: 'PASS', unitSerial: 'SN.1' });
  for await (const part of junitSuite(run, messages, () => Promise.resolve([]), { among: true }))
    parts.push(part);
  const xml = `${junitHead()}${parts.join('')}${junitTail}`;
  expect(xml).toContain(`classname="slipway.${run.recipe}.SN_1" name="phase flash"`);
  expect(await refusals(xml)).toEqual([]);
  const ofOrder = xml.replace(junitHead(), junitHead('4711 "<&>\u0000'));
  expect(ofOrder).toContain('<testsuites name="4711 &quot;&lt;&amp;&gt;\ufffd">');
  expect(await refusals(ofOrder)).toEqual([]);
});

it('reads a long log in parts, each line once', async () => {
  const lines = logOf(...Array.from({ length: 4500 }, (_, index) => `line ${index}`));
  const asked: number[] = [];
  const xml = await toJUnit(createRun({ ...base, verdict: 'PASS' }), messages, (from, limit) => {
    asked.push(from);
    return Promise.resolve(lines.slice(from, from + limit));
  });
  expect(asked).toEqual([0, 2000, 4000, 4500]);
  expect(xml.match(/line \d+/g)).toHaveLength(4500);
});
