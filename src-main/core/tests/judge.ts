import type { Messages } from '../../../src-shared/messages/messages.js';
import { limitsOf, valueOf } from '../../../src-shared/model/limits.js';
import { fault, type Fault } from '../../../src-shared/model/result.js';
import type { Measurement, TestReport, Verdict } from '../../../src-shared/model/test.js';
import type { RecipeTest } from '../recipes/test-schema.js';
import type { Executed } from './execute.js';
import { readJUnitFile } from './junit-file.js';
import { looksInOutput, measureAll } from './measure.js';

/** What an attempt comes to. */
export interface Judgement {
  verdict: Verdict;
  fault?: Fault;
  exitCode: number | null;
  measurements: Measurement[];
  report?: TestReport;
}

/**
 * FAIL is the unit's: the answer was wrong, came late, or is out of limits. ERROR is the station's: a program
 * that is not there, crashes, leaves out what the recipe asks it for, or whose report is broken, has judged
 * nothing. Where one attempt has both, it is an ERROR: whoever gave half an answer may be wrong in the other half.
 */
export function judge(
  test: RecipeTest,
  executed: Executed,
  { messages, startedAt }: { messages: Messages; startedAt: number },
): Judgement {
  const named = { test: test.name };
  const plain = { exitCode: null, measurements: [] };
  switch (executed.kind) {
    case 'stopped':
      return { verdict: 'ABORTED', ...plain };
    case 'timeout': {
      const seconds = secondsOf(test.timeout);
      return { verdict: 'TIMEOUT', fault: fault('test-timeout', { ...named, seconds }), ...plain };
    }
    case 'fault': {
      const reason = messages.what(executed.fault);
      return {
        verdict: 'ERROR',
        fault: fault('test-error', { ...named, reason }, executed.fault.detail),
        ...plain,
      };
    }
    case 'conversation':
      return judgeConversation(test, executed, messages);
    case 'program':
      return judgeProgram(test, executed, messages, startedAt);
  }
}

const secondsOf = (ms: number): number => Math.round(ms / 100) / 10;

function judgeConversation(
  test: RecipeTest,
  { end, step, fault: problem, output, truncated, groups }: Extract<Executed, { kind: 'conversation' }>,
  messages: Messages,
): Judgement {
  const measurements = measureAll(test.measurements, { output, groups, speaker: 'unit' });
  if (end === 'done' && truncated && test.measurements.some(looksInOutput)) {
    const reason = messages.text('log.reason-flood');
    return {
      verdict: 'ERROR',
      fault: fault('test-error', { test: test.name, reason }),
      exitCode: null,
      measurements,
    };
  }
  if (end === 'done') return { exitCode: null, measurements, ...verdictOf(test, measurements) };
  // What a conversation that broke off has not reached was not measured.
  const reached = measurements.filter(({ text }) => text !== null);
  const named = { test: test.name };
  if (end === 'late') {
    const { expect, within } = test.serial?.steps[step - 1] ?? {};
    const params = { ...named, pattern: expect?.source ?? '', seconds: secondsOf(within ?? 0), step };
    return {
      verdict: 'FAIL',
      fault: fault('unit-no-answer', params, output.slice(-400)),
      exitCode: null,
      measurements: reached,
    };
  }
  const reason = problem === null ? messages.text('log.reason-port-gone') : messages.what(problem);
  return {
    verdict: 'ERROR',
    fault: fault('test-error', { ...named, reason }),
    exitCode: null,
    measurements: reached,
  };
}

function judgeProgram(
  test: RecipeTest,
  executed: Extract<Executed, { kind: 'program' }>,
  messages: Messages,
  startedAt: number,
): Judgement {
  const { exitCode, output, truncated, outOfMemory } = executed;
  const named = { test: test.name };
  const matched = test.expect?.exec(output) ?? null;
  const measured = measureAll(test.measurements, {
    output,
    groups: definedOnly(matched?.groups ?? {}),
    speaker: 'program',
  });
  const found = measured.filter(({ text }) => text !== null);
  const bad = (verdict: 'FAIL' | 'ERROR', code: 'test-failed' | 'test-error', reason: string): Judgement => ({
    verdict,
    fault: fault(code, { ...named, reason }),
    exitCode,
    measurements: found,
  });
  if (exitCode === 126 || exitCode === 127)
    return bad('ERROR', 'test-error', messages.text('log.reason-not-started', { exitCode }));
  // A program that crashes has judged nothing; shells and Docker report signal N as 128 + N.
  if (exitCode < 0 || exitCode > 128)
    return bad('ERROR', 'test-error', messages.text('log.reason-crashed', { signal: exitCode - 128 }));

  if (outOfMemory) return bad('ERROR', 'test-error', messages.text('log.reason-memory'));

  const report = readReport(test, executed, startedAt);
  if (report === 'broken' || report === 'missing' || report === 'empty') {
    const reason = messages.text(`log.reason-report-${report}`, { path: test.junit ?? '' });
    return bad('ERROR', 'test-error', reason);
  }
  const withReport = report === null ? {} : { report };
  if (report !== null && report.errors + report.failures > 0) {
    const names = report.failed.map(({ name }) => name).join(', ');
    const count = report.errors + report.failures;
    const reason = messages.text('log.reason-report', { count, total: report.tests, names });
    return report.errors > 0
      ? { ...bad('ERROR', 'test-error', reason), ...withReport }
      : { ...bad('FAIL', 'test-failed', reason), ...withReport };
  }
  if (exitCode !== 0)
    return { ...bad('FAIL', 'test-failed', messages.text('log.reason-exit', { exitCode })), ...withReport };
  // The last line that was kept is not the last that was said.
  if (truncated && test.measurements.some(({ json }) => json !== undefined))
    return bad('ERROR', 'test-error', messages.text('log.reason-flood'));
  if (test.expect !== undefined && matched === null) {
    // What it was to say may stand in what nobody could keep.
    return truncated
      ? bad('ERROR', 'test-error', messages.text('log.reason-flood'))
      : bad('FAIL', 'test-failed', messages.text('log.reason-output', { pattern: test.expect.source }));
  }
  return { exitCode, measurements: measured, ...verdictOf(test, measured), ...withReport };
}

function readReport(
  { junit }: RecipeTest,
  { report }: Extract<Executed, { kind: 'program' }>,
  startedAt: number,
): TestReport | 'broken' | 'missing' | 'empty' | null {
  if (junit === undefined) return null;
  if (report === null || report.state === 'missing') return 'missing';
  if (report.state === 'too-large') return 'broken';
  // One that an earlier attempt left behind says nothing of this one. Archives hold whole seconds.
  if (report.modifiedAt + 1000 <= startedAt) return 'missing';
  const read = readJUnitFile(report.bytes.toString('utf8'));
  if (read === null) return 'broken';
  // A program that found nothing to test, or left everything out, has judged nothing.
  return read.tests === read.skipped ? 'empty' : read;
}

function verdictOf(test: RecipeTest, measurements: Measurement[]): Pick<Judgement, 'verdict' | 'fault'> {
  const bad =
    measurements.find(({ verdict }) => verdict === 'ERROR') ??
    measurements.find(({ verdict }) => verdict === 'FAIL');
  if (bad === undefined) return { verdict: 'PASS' };
  const params = { test: test.name, name: bad.name, value: valueOf(bad) };
  if (bad.verdict === 'ERROR')
    return {
      verdict: 'ERROR',
      fault: fault('measurement-unusable', { ...params, value: bad.text ?? 'none' }),
    };
  const usable = bad.text !== null && (bad.number !== null || (bad.min ?? bad.max) === undefined);
  return {
    verdict: 'FAIL',
    fault: usable
      ? fault('measurement-out-of-limits', { ...params, limits: limitsOf(bad) })
      : fault('measurement-not-given', { ...params, value: bad.text ?? 'none' }),
  };
}

/** An optional group that took no part in a match has no value. */
export function definedOnly(groups: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(groups).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
