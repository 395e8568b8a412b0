import type { Messages } from '../../../src-shared/messages/messages.js';
import { fault, type Fault } from '../../../src-shared/model/result.js';
import type { TestOutcome } from '../../../src-shared/model/run.js';
import type { Clock } from '../clock.js';
import type { ContainerSpec, Engine } from '../docker/engine.js';
import type { RecipeTest } from '../recipes/schema.js';

/** How much of a test's output is kept for its expectation, in bytes; the log has all of it. */
const outputLimit = 1024 * 1024;

interface Execution {
  exitCode: number;
  output: string;
}

/** Where a test runs: in the flasher's container, or in a container of its own image. */
export interface TestPlaces {
  engine: Engine;
  /** The flasher's container. */
  containerId: string;
  /** The spec of a test's own container; the flasher's is stopped before: a port belongs to one process at a time. */
  ownSpec: (test: RecipeTest, index: number) => ContainerSpec;
  stopFlasher: () => Promise<void>;
}

/**
 * Runs the tests in order until one does not pass. FAIL is the unit's: it ran and the answer was wrong.
 * ERROR is the station's: the test could not be run. Nothing of a test outlives it.
 */
export async function runTests(options: {
  tests: RecipeTest[];
  places: TestPlaces;
  clock: Clock;
  messages: Messages;
  signal: AbortSignal;
  onBegin: (test: RecipeTest) => void;
  onOutput: (text: string) => void;
  onEnd: (outcome: TestOutcome) => void;
}): Promise<TestOutcome[]> {
  const outcomes: TestOutcome[] = [];
  for (const [index, test] of options.tests.entries()) {
    if (options.signal.aborted) break;
    options.onBegin(test);
    const startedAt = options.clock.now();
    const result = await execute(test, index, options);
    const outcome: TestOutcome = {
      name: test.name,
      ...judge(test, result, options.messages),
      startedAt,
      endedAt: options.clock.now(),
    };
    outcomes.push(outcome);
    options.onEnd(outcome);
    if (outcome.verdict !== 'PASS') break;
  }
  return outcomes;
}

type Executed = Execution | 'timeout' | { fault: Fault };

async function execute(
  test: RecipeTest,
  index: number,
  { places, clock, signal, onOutput }: Parameters<typeof runTests>[0],
): Promise<Executed> {
  const limit = new AbortController();
  const timer = clock.after(test.timeout, () => limit.abort());
  const stopped = AbortSignal.any([signal, limit.signal]);
  try {
    const result =
      test.image === undefined
        ? await executeInside(test, places, stopped, onOutput)
        : await executeApart(test, index, places, stopped, onOutput);
    return limit.signal.aborted ? 'timeout' : result;
  } finally {
    timer.dispose();
  }
}

async function executeInside(
  test: RecipeTest,
  { engine, containerId }: TestPlaces,
  signal: AbortSignal,
  onOutput: (text: string) => void,
): Promise<Executed> {
  const result = await engine.exec(containerId, { command: test.exec, signal, outputLimit, onOutput });
  return result.ok ? result.value : { fault: result.error };
}

async function executeApart(
  test: RecipeTest,
  index: number,
  { engine, ownSpec, stopFlasher }: TestPlaces,
  signal: AbortSignal,
  onOutput: (text: string) => void,
): Promise<Executed> {
  await stopFlasher();
  const created = await engine.createContainer(ownSpec(test, index));
  if (!created.ok) return { fault: created.error };
  const { id } = created.value;
  try {
    const started = await engine.startContainer(id);
    if (!started.ok) return { fault: started.error };
    let output = '';
    const followed = await engine.followLogs(id, {
      signal,
      onLine: ({ text }) => {
        if (output.length < outputLimit) output += `${text}\n`;
        onOutput(`${text}\n`);
      },
    });
    if (!followed.ok) return { fault: followed.error };
    const info = await engine.inspectContainer(id);
    if (!info.ok) return { fault: info.error };
    return { exitCode: info.value.exitCode ?? -1, output };
  } finally {
    // What cannot be removed now carries our labels and is cleaned up when the engine answers again.
    await engine.removeContainer(id);
  }
}

function judge(
  test: RecipeTest,
  result: Executed,
  messages: Messages,
): Pick<TestOutcome, 'verdict' | 'exitCode' | 'fault'> {
  const named = { test: test.name };
  if (result === 'timeout') {
    const seconds = Math.round(test.timeout / 1000);
    return { verdict: 'TIMEOUT', exitCode: null, fault: fault('test-timeout', { ...named, seconds }) };
  }
  if ('fault' in result) {
    const reason = messages.what(result.fault);
    return {
      verdict: 'ERROR',
      exitCode: null,
      fault: fault('test-error', { ...named, reason }, result.fault.detail),
    };
  }
  const { exitCode, output } = result;
  if (exitCode === 126 || exitCode === 127) {
    const reason = messages.text('log.reason-not-started', { exitCode });
    return { verdict: 'ERROR', exitCode, fault: fault('test-error', { ...named, reason }) };
  }
  if (exitCode < 0 || exitCode > 128) {
    // A program that crashes has judged nothing; shells and Docker report signal N as 128 + N.
    const reason = messages.text('log.reason-crashed', { signal: exitCode - 128 });
    return { verdict: 'ERROR', exitCode, fault: fault('test-error', { ...named, reason }) };
  }
  if (exitCode !== 0) {
    const reason = messages.text('log.reason-exit', { exitCode });
    return { verdict: 'FAIL', exitCode, fault: fault('test-failed', { ...named, reason }) };
  }
  if (test.expect !== undefined && !test.expect.test(output)) {
    const reason = messages.text('log.reason-output', { pattern: test.expect.source });
    return { verdict: 'FAIL', exitCode, fault: fault('test-failed', { ...named, reason }) };
  }
  return { verdict: 'PASS', exitCode };
}
