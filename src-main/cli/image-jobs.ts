import type { Job, JobStep } from '../../src-shared/model/job.js';
import type { Fault, Result } from '../../src-shared/model/result.js';
import { createSystemClock } from '../core/clock.js';
import type { Jobs } from '../core/jobs/jobs.js';
import { openWorkshop, type Workshop } from '../core/making/workshop.js';
import { homeOf, outputOf, type Action, type CommonOptions, type Context } from './context.js';
import { exitCodes, type Output } from './output.js';
import { describeDefect } from './station.js';

/** Opens the images of a home, works with them, and closes them whatever happens. `signal` aborts at Ctrl-C. */
export async function withWorkshop(
  options: CommonOptions,
  context: Context,
  work: (workshop: Workshop, output: Output, signal: AbortSignal) => Promise<number>,
): Action {
  const output = outputOf(options, context);
  const { messages, environment } = context;
  // Asked for before the start: a stop that comes meanwhile is not lost.
  const stop = new AbortController();
  const forgetStop = context.onStop(() => {
    output.note(messages.text('cli.cancelling'));
    stop.abort();
  });
  const opened = await openWorkshop({
    home: homeOf(options, context),
    environment,
    clock: createSystemClock(),
    onDefect: (error) => output.note(messages.text('cli.defect', { reason: describeDefect(error) })),
  });
  if (!opened.ok) {
    forgetStop();
    output.fault(opened.error);
    return exitCodes.ERROR;
  }
  try {
    return await work(opened.value, output, stop.signal);
  } finally {
    forgetStop();
    await opened.value.dispose();
  }
}

/** Begins a job, tells all that it does, and ends with the exit code that it earned. */
export function runImageJob(
  options: CommonOptions,
  context: Context,
  begin: (workshop: Workshop) => Promise<Result<{ jobId: string }>>,
  job: {
    /** The line for a person when it is done. */
    done: (job: Job) => string;
    /** What its beginning may fail with because of how the command was called. */
    isUsage: (fault: Fault) => boolean;
  },
): Action {
  return withWorkshop(options, context, async (workshop, output, signal) => {
    const begun = await begin(workshop);
    if (!begun.ok) {
      output.fault(begun.error);
      return job.isUsage(begun.error) ? exitCodes.usage : exitCodes.ERROR;
    }
    return conclude(await follow(workshop.jobs, begun.value.jobId, output, signal), output, job.done);
  });
}

/** Tells what goes on, and cancels the job when the signal aborts; resolves with the job when it has ended. */
function follow(jobs: Jobs, jobId: string, output: Output, signal: AbortSignal): Promise<Job> {
  const { messages } = output;
  const told = new Map<number, JobStep['state']>();
  const tellSteps = (job: Job): void => {
    for (const step of job.steps) {
      const before = told.get(step.number);
      if (before === step.state) continue;
      told.set(step.number, step.state);
      output.event('step', { job: jobId, ...step });
      const title = step.phase === null ? step.text : messages.text(`jobs.phase-${step.phase}`);
      const place = step.place === null ? '' : `${step.place.at}/${step.place.of} `;
      if (before === undefined) output.line(`▸ ${place}${title}`);
      if (step.state === 'cached') output.line(`  ${messages.text('jobs.step-cached')}`);
    }
  };
  return new Promise((resolveEnded) => {
    const cancel = (): void => void jobs.cancel(jobId);
    const look = (): void => {
      const job = jobs.find(jobId);
      if (job === undefined) return;
      tellSteps(job);
      if (job.state === 'running') return;
      signal.removeEventListener('abort', cancel);
      lines.dispose();
      queueMicrotask(() => changes.dispose());
      resolveEnded(job);
    };
    const lines = jobs.lines.subscribe(({ jobId: id, line }) => {
      if (id !== jobId) return;
      look();
      output.event('line', { job: jobId, step: line.step, source: line.source, text: line.text });
      output.line(`  ${line.text.replace(/\p{Cc}/gu, ' ')}`);
    });
    const changes = jobs.changes.subscribe((id) => {
      if (id === jobId) look();
    });
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    look();
  });
}

function conclude(job: Job, output: Output, done: (job: Job) => string): number {
  const { steps, ...summary } = job;
  output.event('job', { job: { ...summary, steps: steps.length } });
  if (job.state === 'done') {
    output.line(done(job));
    return exitCodes.ok;
  }
  if (job.fault !== null) output.fault(job.fault);
  if (job.state === 'failed') return exitCodes.ERROR;
  output.note(output.messages.text('cli.cancelled'));
  return exitCodes.ABORTED;
}
