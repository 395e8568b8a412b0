import { ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import { foreignEnd } from '../containers/own-end.js';
import type { ContainerFile } from '../docker/read-file.js';
import { expectImage, findPinned, type ImagePin } from '../images/expected-image.js';
import type { Conversation, RecipeAction } from '../recipes/test-schema.js';
import { converse, type Conversed } from './conversation.js';
import { createAllowance, createLines } from './lines.js';
import type { TestLog, TestPlaces } from './places.js';

/** How much of a program's output is kept for its expectation, in bytes. */
const outputLimit = 1024 * 1024;
/** How much of the output of one attempt goes to the log, in characters: a flood ends no disk. */
const logLimit = 4 * 1024 * 1024;
/** The longest JUnit file that is read, in bytes. */
const reportLimit = 4 * 1024 * 1024;

/** What came of one action. */
export type Executed =
  | { kind: 'timeout' }
  /** The run ends; nothing can be said of the unit. */
  | { kind: 'stopped' }
  /** It could not be run at all. */
  | { kind: 'fault'; fault: Fault }
  | {
      kind: 'program';
      exitCode: number;
      output: string;
      truncated: boolean;
      /** Memory ran out in its container, of it or of something that it began. */
      outOfMemory: boolean;
      /** The file as this attempt wrote it; one that was there before is none of it. */
      report: ContainerFile | null;
      /** Of the image that it ran in, where that is one of its own. */
      imageId?: string;
    }
  | ({ kind: 'conversation' } & Conversed);

export interface Execution {
  action: RecipeAction;
  /** In ms. */
  timeout: number;
  /** A JUnit file to collect when the program has ended. */
  junit?: string | undefined;
  /** Measurements are looked for in all that the unit says. */
  readsOutput?: boolean;
  places: TestPlaces;
  clock: Clock;
  log: TestLog;
  signal: AbortSignal;
  onStep: (index: number) => void;
}

/** Runs one action to its end, its time limit or the signal. Nothing of it outlives it. */
export async function execute(execution: Execution): Promise<Executed> {
  const { clock, signal, timeout } = execution;
  const limit = new AbortController();
  const timer = clock.after(timeout, () => limit.abort());
  const stopped = AbortSignal.any([signal, limit.signal]);
  try {
    const done = await executeUntil(execution, stopped);
    if (signal.aborted) return { kind: 'stopped' };
    return limit.signal.aborted ? { kind: 'timeout' } : done;
  } finally {
    timer.dispose();
  }
}

function executeUntil(execution: Execution, signal: AbortSignal): Promise<Executed> {
  const { exec, image, serial } = execution.action;
  if (serial !== undefined) return executeConversation(execution, signal);
  if (exec === undefined) throw new Error('an action without anything to do');
  return image === undefined
    ? executeInside(execution, exec, signal)
    : executeApart(execution, image, exec, signal);
}

/** Lines for the log, up to the limit; the station says where it stops. */
function logLines(log: TestLog): ReturnType<typeof createLines> {
  return createLines(
    createAllowance(
      logLimit,
      (line) => log.heard(line),
      () => log.say('log.test-flood', { megabytes: logLimit / 1024 ** 2 }),
    ),
  );
}

async function executeInside(
  { places: { engine, containerId }, log, junit }: Execution,
  command: string[],
  signal: AbortSignal,
): Promise<Executed> {
  const lines = logLines(log);
  const before = await reportOf({ engine, junit, signal }, containerId, 0);
  if (!before.ok) return { kind: 'fault', fault: before.error };
  const result = await engine.exec(containerId, {
    command,
    signal,
    outputLimit,
    onOutput: (text) => lines.add(text),
  });
  lines.end();
  if (!result.ok) return { kind: 'fault', fault: result.error };
  const report = await collect({ engine, junit, signal }, containerId, before.value);
  return report.ok
    ? { kind: 'program', ...result.value, outOfMemory: false, report: report.value }
    : { kind: 'fault', fault: report.error };
}

async function executeApart(
  { places: { engine, ownSpec, freePort }, log, junit }: Execution,
  pin: ImagePin,
  command: string[],
  signal: AbortSignal,
): Promise<Executed> {
  const failed = (problem: Fault): Executed => ({ kind: 'fault', fault: problem });
  const free = await freePort();
  if (!free.ok) return failed(free.error);
  const image = await findPinned(engine, pin);
  if (!image.ok) return failed(image.error);
  const created = await engine.createContainer(ownSpec(pin.name, command));
  if (!created.ok) return failed(created.error);
  const { id } = created.value;
  try {
    const same = await expectImage(engine, id, { id: image.value.id, name: pin.name });
    if (!same.ok) return failed(same.error);
    const before = await reportOf({ engine, junit, signal }, id, 0);
    if (!before.ok) return failed(before.error);
    const started = await engine.startContainer(id);
    if (!started.ok) {
      // A program that is not there is the same whether a shell or the engine finds out.
      if (started.error.code !== 'container-command-missing') return failed(started.error);
      const nothing = { output: '', truncated: false, outOfMemory: false, report: null };
      return { kind: 'program', exitCode: 127, ...nothing, imageId: image.value.id };
    }
    let output = '';
    let truncated = false;
    const keep = createAllowance(
      logLimit,
      (line) => log.heard(line),
      () => {
        log.say('log.test-flood', { megabytes: logLimit / 1024 ** 2 });
      },
    );
    const followed = await engine.followLogs(id, {
      signal,
      onLine: ({ text }) => {
        if (output.length < outputLimit) output += `${text}\n`;
        else truncated = true;
        keep(text);
      },
    });
    if (!followed.ok) return failed(followed.error);
    const info = await engine.inspectContainer(id);
    if (!info.ok) return failed(info.error);
    const report = await collect({ engine, junit, signal }, id, before.value);
    if (!report.ok) return failed(report.error);
    const { exitCode } = info.value;
    const past = await engine.pastEvents(id, info.value.startedAt ?? 0);
    if (!past.ok) return failed(past.error);
    const happened = new Set(past.value.map(({ type }) => type));
    const problem = foreignEnd(happened, exitCode);
    if (problem !== null) return failed(problem);
    const outOfMemory = info.value.outOfMemory || happened.has('out-of-memory');
    return {
      kind: 'program',
      exitCode: exitCode ?? -1,
      output,
      truncated,
      outOfMemory,
      report: report.value,
      imageId: image.value.id,
    };
  } finally {
    // What cannot be removed now carries our labels and is cleaned up when the engine answers again.
    await engine.removeContainer(id);
  }
}

interface Reporting {
  engine: TestPlaces['engine'];
  junit: string | undefined;
  signal: AbortSignal;
}

/** The report as it is in the container now; null where none is asked for. */
function reportOf(
  { engine, junit, signal }: Reporting,
  containerId: string,
  limit: number,
): Promise<Result<ContainerFile | null>> {
  if (junit === undefined || signal.aborted) return Promise.resolve(ok(null));
  return engine.readFile(containerId, junit, limit);
}

/**
 * The report that a program wrote. What an earlier attempt, another phase or the image's maker left says nothing of
 * this one, and no clock is asked: a file that nobody wrote again has the very same time as before.
 */
async function collect(
  reporting: Reporting,
  containerId: string,
  before: ContainerFile | null,
): Promise<Result<ContainerFile | null>> {
  const report = await reportOf(reporting, containerId, reportLimit);
  if (!report.ok || report.value === null) return report;
  const isOld = stampOf(before) !== '' && stampOf(before) === stampOf(report.value);
  return ok(isOld ? { state: 'missing' } : report.value);
}

function stampOf(file: ContainerFile | null): string {
  return file === null || file.state === 'missing' ? '' : file.stamp;
}

async function executeConversation(
  { action: { serial }, places, clock, log, onStep, readsOutput = false }: Execution,
  signal: AbortSignal,
): Promise<Executed> {
  if (serial === undefined) throw new Error('no conversation');
  const steps: Conversation['steps'] = [];
  for (const step of serial.steps) {
    const send = step.send === undefined ? ok(undefined) : places.fill(step.send);
    if (!send.ok) return { kind: 'fault', fault: send.error };
    steps.push({ ...step, send: send.value });
  }
  const free = await places.freePort();
  if (!free.ok) return { kind: 'fault', fault: free.error };
  const opened = await places.openPort(serial.baud);
  if (!opened.ok) {
    return { kind: 'fault', fault: opened.error };
  }
  const port = opened.value;
  const lines = logLines(log);
  try {
    const conversed = await converse({
      conversation: { ...serial, steps },
      port,
      clock,
      signal,
      readsOutput,
      onStep,
      onHeard: (text) => lines.add(text),
      onSent: (text) => {
        lines.end();
        log.sent(text);
      },
    });
    return { kind: 'conversation', ...conversed };
  } finally {
    lines.end();
    await port.close();
  }
}
