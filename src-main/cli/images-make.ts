import { resolve } from 'node:path';
import type { Job, JobStep } from '../../src-shared/model/job.js';
import type { Result } from '../../src-shared/model/result.js';
import { createSystemClock } from '../core/clock.js';
import type { Jobs } from '../core/jobs/jobs.js';
import { openWorkshop, type Workshop } from '../core/making/workshop.js';
import { homeOf, outputOf, type Action, type CommonOptions, type Context } from './context.js';
import { exitCodes, type Output } from './output.js';
import { describeDefect } from './station.js';

export interface BuildOptions extends CommonOptions {
  recipe?: string;
  context?: string;
  dockerfile?: string;
  name?: string;
  buildArg: string[];
  cache: boolean;
  replace?: boolean;
}

export interface ImportOptions extends CommonOptions {
  name: string;
  change: string[];
  replace?: boolean;
}

export interface DebootstrapOptions extends CommonOptions {
  suite: string;
  name: string;
  mirror?: string;
  arch?: string;
  keyring?: string;
  variant: 'minbase' | 'buildd' | 'default';
  include: string[];
  components: string[];
  change: string[];
  replace?: boolean;
}

/** `slipway images build`: 0 when it is built, 2 when not, 4 when it was cancelled, 64 on wrong usage. */
export function buildImage(options: BuildOptions, context: Context): Action {
  const { recipe, context: folder, dockerfile, name, buildArg, cache, replace = false } = options;
  const buildArgs = Object.fromEntries(
    buildArg.map((given) => {
      const [word = '', ...rest] = given.split('=');
      return [word, rest.join('=')];
    }),
  );
  return make(options, context, ({ making }) =>
    making.handlers['images.build']({
      recipe,
      context: folder === undefined ? undefined : resolve(folder),
      dockerfile,
      name,
      buildArgs,
      labels: {},
      noCache: !cache,
      replace,
    }),
  );
}

/** `slipway images import FILE --name NAME`. */
export function importImage(file: string, options: ImportOptions, context: Context): Action {
  const { name, change: changes, replace = false } = options;
  return make(options, context, ({ making }) =>
    making.handlers['images.import']({ file: resolve(file), name, changes, replace }),
  );
}

/** `slipway images debootstrap --suite S --name NAME`. */
export function debootstrapImage(options: DebootstrapOptions, context: Context): Action {
  const { suite, name, mirror, arch, keyring, variant, include, components, change, replace } = options;
  const names = (given: string[]): string[] =>
    given.flatMap((list) => list.split(',')).filter((one) => one !== '');
  return make(options, context, ({ making }) =>
    making.handlers['images.debootstrap']({
      suite,
      name,
      mirror,
      architecture: arch,
      keyring: keyring === undefined ? undefined : resolve(keyring),
      variant,
      include: names(include),
      components: names(components),
      changes: change,
      replace: replace ?? false,
    }),
  );
}

async function make(
  options: CommonOptions,
  context: Context,
  begin: (workshop: Workshop) => Promise<Result<{ jobId: string }>>,
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
  const workshop = opened.value;
  try {
    const begun = await begin(workshop);
    if (!begun.ok) {
      output.fault(begun.error);
      return begun.error.code === 'engine-lost' ? exitCodes.ERROR : exitCodes.usage;
    }
    const job = await follow(workshop.jobs, begun.value.jobId, output, stop.signal);
    return conclude(job, output);
  } finally {
    forgetStop();
    await workshop.dispose();
  }
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

function conclude(job: Job, output: Output): number {
  const { messages } = output;
  const { steps, ...summary } = job;
  output.event('job', { job: { ...summary, steps: steps.length } });
  if (job.state === 'done') {
    const { name = '', image = '' } = job.outcome ?? {};
    output.line(messages.text('cli.image-made', { name, image }));
    return exitCodes.ok;
  }
  if (job.fault !== null) output.fault(job.fault);
  if (job.state === 'failed') return exitCodes.ERROR;
  output.note(messages.text('cli.cancelled'));
  return exitCodes.ABORTED;
}
