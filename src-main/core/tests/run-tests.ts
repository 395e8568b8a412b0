import type { Messages } from '../../../src-shared/messages/messages.js';
import { fault } from '../../../src-shared/model/result.js';
import type { LiveTest, SideStep, TestAttempt, TestOutcome } from '../../../src-shared/model/test.js';
import type { Clock } from '../clock.js';
import { sideAction, type RecipeTest } from '../recipes/test-schema.js';
import { execute } from './execute.js';
import { judge, type Judgement } from './judge.js';
import { looksInOutput } from './measure.js';
import type { TestLog, TestPlaces } from './places.js';

export type { TestLog, TestPlaces } from './places.js';

/** How long the tear-downs of a run that ends early may take, in ms: its container waits for them. */
const hurriedTearDown = 8000;

export interface TestRun {
  tests: RecipeTest[];
  /** Phases that are on record already: a station that started again goes on after them. */
  done: TestOutcome[];
  places: TestPlaces;
  clock: Clock;
  messages: Messages;
  log: TestLog;
  signal: AbortSignal;
  /** False once the run goes on without this station: then what was set up stays so. */
  mayTearDown: () => boolean;
  onLive: (live: LiveTest) => void;
  onEnd: (outcome: TestOutcome) => void;
}

/**
 * Runs the test phases in their order, each with its attempts, until one that is not optional does not pass
 * and stops the rest. A set-up that was begun is always torn down, also when the signal aborts meanwhile.
 * Nothing of a test outlives it.
 */
export async function runTests(run: TestRun): Promise<TestOutcome[]> {
  const { tests, signal } = run;
  const outcomes: TestOutcome[] = [];
  for (const [index, test] of tests.entries()) {
    if (signal.aborted) break;
    const before = run.done.find(({ name }) => name === test.name);
    const outcome = before ?? (await runPhase(run, test, index));
    outcomes.push(outcome);
    if (before === undefined) run.onEnd(outcome);
    if (outcome.verdict !== 'PASS' && !test.optional && test.stopOnFail) break;
  }
  return outcomes;
}

async function runPhase(run: TestRun, test: RecipeTest, index: number): Promise<TestOutcome> {
  const attempts: TestAttempt[] = [];
  let last: TestAttempt;
  do {
    last = await runAttempt(run, test, index, attempts.length + 1);
    attempts.push(last);
  } while (last.verdict !== 'PASS' && !run.signal.aborted && attempts.length <= test.retries);
  return {
    name: test.name,
    kind: test.serial !== undefined ? 'serial' : test.image !== undefined ? 'container' : 'exec',
    verdict: last.verdict,
    startedAt: attempts[0]?.startedAt ?? last.startedAt,
    endedAt: last.endedAt,
    exitCode: last.exitCode,
    ...(last.fault === undefined ? {} : { fault: last.fault }),
    optional: test.optional,
    attempts,
  };
}

async function runAttempt(
  run: TestRun,
  test: RecipeTest,
  index: number,
  attempt: number,
): Promise<TestAttempt> {
  const { clock, log, messages, signal } = run;
  const from = log.total();
  const startedAt = clock.now();
  const say = (stage: LiveTest['stage'], step = 0, measurements: LiveTest['measurements'] = []): void =>
    run.onLive({
      name: test.name,
      index: index + 1,
      count: run.tests.length,
      attempt,
      attempts: test.retries + 1,
      stage,
      step: step === 0 ? null : stepOf(test, step),
      measurements,
    });

  if (attempt === 1) log.say('log.test', { test: test.name });
  else log.say('log.test-again', { test: test.name, attempt, attempts: test.retries + 1 });
  if (test.setUp !== undefined) say('setUp');
  const setUp = await runSide(run, test, 'setUp', signal);
  let judged: Judgement = { verdict: 'ABORTED', exitCode: null, measurements: [] };
  let imageId: string | undefined;
  if (setUp !== undefined && setUp.verdict !== 'PASS' && !signal.aborted) {
    judged = {
      verdict: 'ERROR',
      exitCode: null,
      measurements: [],
      ...(setUp.fault === undefined ? {} : { fault: setUp.fault }),
    };
  } else if (!signal.aborted) {
    say('test');
    const began = clock.now();
    const { timeout, junit } = test;
    const executed = await execute({
      action: test,
      timeout,
      junit,
      readsOutput: test.measurements.some(looksInOutput),
      places: run.places,
      clock,
      log,
      signal,
      onStep: (step) => say('test', step),
    });
    judged = judge(test, executed, { messages, startedAt: began });
    if (executed.kind === 'program') imageId = executed.imageId;
    say('test', 0, judged.measurements);
  }
  const tearDown = await runTearDown(run, test, () => say('tearDown', 0, judged.measurements));
  // Whatever was found of the unit stands; what passed while its fixture cannot be put back does not.
  if (judged.verdict === 'PASS' && tearDown !== undefined && tearDown.verdict !== 'PASS') {
    judged = {
      ...judged,
      verdict: 'ERROR',
      ...(tearDown.fault === undefined ? {} : { fault: tearDown.fault }),
    };
  }
  const verdict = messages.text(`words.verdict.${judged.verdict}`);
  if (judged.verdict === 'PASS') log.say('log.test-passed', { test: test.name });
  else if (judged.fault === undefined) log.say('log.test-not-passed', { test: test.name, verdict });
  else log.say('log.test-not-passed-because', { verdict, reason: messages.what(judged.fault) });
  return {
    ...judged,
    startedAt,
    endedAt: clock.now(),
    ...(imageId === undefined ? {} : { imageId }),
    ...(setUp === undefined ? {} : { setUp }),
    ...(tearDown === undefined ? {} : { tearDown }),
    log: { from, to: log.total() },
  };
}

async function runTearDown(
  run: TestRun,
  test: RecipeTest,
  onBegin: () => void,
): Promise<SideStep | undefined> {
  if (test.tearDown === undefined || !run.mayTearDown()) return undefined;
  onBegin();
  // Aborted or not, it runs; but the end of a run does not wait for long.
  const limit = new AbortController();
  const hurry = (): void => {
    timer = run.clock.after(hurriedTearDown, () => limit.abort());
  };
  let timer = { dispose: (): void => undefined };
  if (run.signal.aborted) hurry();
  else run.signal.addEventListener('abort', hurry, { once: true });
  try {
    return await runSide(run, test, 'tearDown', limit.signal);
  } finally {
    run.signal.removeEventListener('abort', hurry);
    timer.dispose();
  }
}

async function runSide(
  { places, clock, log, messages }: TestRun,
  test: RecipeTest,
  side: 'setUp' | 'tearDown',
  signal: AbortSignal,
): Promise<SideStep | undefined> {
  const action = sideAction(test, side);
  if (action === undefined) return undefined;
  log.say(side === 'setUp' ? 'log.test-set-up' : 'log.test-tear-down', { test: test.name });
  const startedAt = clock.now();
  const { timeout } = action;
  const executed = await execute({ action, timeout, places, clock, log, signal, onStep: () => undefined });
  const endedAt = clock.now();
  // It is judged as a phase that asks for nothing but its own end; whatever else it comes to is the station's fault.
  const bare = { ...test, ...noDemands, serial: action.serial, timeout };
  const { verdict, fault: problem } = judge(bare, executed, { messages, startedAt });
  if (verdict === 'PASS') return { verdict, startedAt, endedAt };
  const reason = problem === undefined ? messages.text('log.reason-stopped') : messages.what(problem);
  const code = side === 'setUp' ? 'test-set-up-failed' : 'test-tear-down-failed';
  return { verdict: 'ERROR', startedAt, endedAt, fault: fault(code, { test: test.name, reason }) };
}

const noDemands = { measurements: [], expect: undefined, junit: undefined };

function stepOf({ serial }: RecipeTest, index: number): LiveTest['step'] {
  const { send, expect } = serial?.steps[index - 1] ?? {};
  return { index, count: serial?.steps.length ?? 0, text: send ?? expect?.source ?? '' };
}
