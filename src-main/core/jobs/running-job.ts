import { isDeepStrictEqual } from 'node:util';
import type { Job, JobStep, JobSummary } from '../../../src-shared/model/job.js';
import { fault, type Fault, type FaultParams, type Result } from '../../../src-shared/model/result.js';
import type { LogLine } from '../../../src-shared/model/run.js';
import type { Clock } from '../clock.js';
import type { ProcessIdentity } from '../config/process-identity.js';
import type { SyncDisposable } from '../disposable.js';
import type { RunLog } from '../records/records.js';
import type { JobFiles } from './job-files.js';
import { toLogText } from './job-lines.js';
import type { JobContext, JobStart, Leftover, StepHandle, StepStart } from './jobs.js';

/** Steps of one job that are kept apart; what comes after them belongs to the last. */
const mostSteps = 1000;
/** The longest line that is kept, in characters. */
const longestLine = 16 * 1024;
/** How long a change waits for others before it is written, in ms. */
const saveEvery = 1000;

/** One job that goes on: its state, its log, its end. */
export interface RunningJob {
  readonly job: Job;
  readonly log: RunLog;
  readonly ended: Promise<Job>;
  /** `stopping`: the station ends, nobody asked for the job's end. */
  cancel(reason: 'cancelled' | 'stopping'): void;
}

/** Begins a job at once; its first state is on disk already. */
export function runJob(options: {
  start: JobStart;
  job: Job;
  log: RunLog;
  files: JobFiles;
  process: ProcessIdentity;
  clock: Clock;
  onChange: () => void;
  onDefect: (error: unknown) => void;
}): RunningJob {
  const { start, job, log, files, clock, onChange, onDefect } = options;
  const controller = new AbortController();
  let leftovers: Leftover[] = [];
  let saving: Promise<unknown> = Promise.resolve();
  let timer: SyncDisposable | null = null;
  let stopping = false;

  function save(): Promise<unknown> {
    timer?.dispose();
    timer = null;
    // A disk that refuses ends no job: what it makes is in the engine, and the log says the same a moment later.
    saving = saving.then(() => files.save({ job, process: options.process, leftovers }));
    return saving;
  }

  function changed(): void {
    timer ??= clock.after(saveEvery, () => void save());
    onChange();
  }

  function write(step: JobStep | null, text: string, source: LogLine['source']): void {
    for (const line of text.split(/\r?\n/)) {
      const seq = log.total;
      log.append(source, toLogText(step?.number ?? null, line.slice(0, longestLine)), clock.now());
      if (step === null) continue;
      if (step.lines.count === 0) step.lines.from = seq;
      step.lines = { from: step.lines.from, to: seq + 1, count: step.lines.count + 1 };
    }
  }

  function handleOf(step: JobStep): StepHandle {
    return {
      number: step.number,
      log(text, source = 'out') {
        write(step, text, source);
        onChange();
      },
      end(state, exitCode) {
        if (step.state !== 'running') return;
        step.state = state;
        step.exitCode = exitCode ?? null;
        step.endedAt = clock.now();
        changed();
      },
    };
  }

  function begin(start: StepStart): StepHandle {
    const last = job.steps.at(-1);
    if (job.steps.length >= mostSteps && last !== undefined) return handleOf(last);
    const step: JobStep = {
      number: job.steps.length + 1,
      phase: 'phase' in start ? start.phase : null,
      text: 'text' in start ? start.text.slice(0, longestLine) : '',
      place: start.place ?? null,
      state: 'running',
      lines: { from: log.total, to: log.total, count: 0 },
      exitCode: null,
      startedAt: clock.now(),
      endedAt: null,
    };
    job.steps.push(step);
    changed();
    return handleOf(step);
  }

  const context: JobContext = {
    id: job.id,
    signal: controller.signal,
    step: begin,
    log(text, source = 'station') {
      write(null, text, source);
      onChange();
    },
    progress(progress) {
      job.progress = progress;
      onChange();
    },
    async leaves(leftover) {
      leftovers.push(leftover);
      await save();
    },
    cleaned(leftover) {
      leftovers = leftovers.filter((other) => !isDeepStrictEqual(other, leftover));
      changed();
    },
  };

  async function work(): Promise<Result<FaultParams>> {
    try {
      return await start.run(context);
    } catch (error) {
      onDefect(error);
      const reason = error instanceof Error ? error.message : String(error);
      return { ok: false, error: fault('defect', { reason }) };
    }
  }

  async function run(): Promise<Job> {
    const result = await work();
    if (result.ok) job.outcome = result.value;
    const { state, problem } = endOf(result, controller.signal.aborted, stopping);
    endSteps(job, state === 'failed' ? 'failed' : state === 'done' ? 'done' : 'cancelled', clock.now());
    if (problem?.detail !== undefined) write(null, problem.detail, 'err');
    const closed = await log.close();
    job.state = state;
    // What was made is there all the same; how the task failed says more than that its log did.
    job.fault = closed.ok ? problem : (problem ?? fault('job-log-incomplete', closed.error.params));
    job.endedAt = clock.now();
    await save();
    onChange();
    return structuredClone(job);
  }

  return {
    job,
    log,
    ended: run(),
    cancel(reason) {
      if (!controller.signal.aborted) stopping = reason === 'stopping';
      controller.abort();
    },
  };
}

function endOf(
  result: Result<FaultParams>,
  aborted: boolean,
  stopping: boolean,
): { state: Job['state']; problem: Fault | null } {
  if (result.ok) return { state: 'done', problem: null };
  if (!aborted || result.error.code === 'defect') return { state: 'failed', problem: result.error };
  return stopping
    ? { state: 'interrupted', problem: fault('job-interrupted') }
    : { state: 'cancelled', problem: null };
}

/** Steps that still run end with their job. */
export function endSteps(job: Job, state: Exclude<JobStep['state'], 'running'>, at: number): void {
  for (const step of job.steps) {
    if (step.state !== 'running') continue;
    step.state = state;
    step.endedAt = at;
  }
}

export function summaryOf(job: Job): JobSummary {
  const { steps, ...rest } = job;
  const step =
    steps.find(({ state }) => state === 'failed') ?? steps.findLast(({ state }) => state === 'running');
  return { ...rest, step: step ?? steps.at(-1) ?? null };
}

/** A job's first state. */
export function newJob(id: string, start: JobStart, now: number): Job {
  return {
    id,
    kind: start.kind,
    params: start.params,
    state: 'running',
    step: null,
    progress: null,
    fault: null,
    outcome: null,
    startedAt: now,
    endedAt: null,
    steps: [],
  };
}
