import { createHash, randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventMessage } from '../../../src-shared/contract.js';
import type { labelCalls, labelEvents } from '../../../src-shared/contract/labels.js';
import type { Messages } from '../../../src-shared/messages/messages.js';
import type { LabelJob } from '../../../src-shared/model/label.js';
import { fail, fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import type { StationFault } from '../../../src-shared/model/station.js';
import { sleep, type Clock } from '../clock.js';
import { printerName, type LabelSettings } from '../config/label-config.js';
import { createEmitter, type EventStream } from '../emitter.js';
import type { StationPart } from '../part.js';
import { isSystemError } from '../ports/system-error.js';
import type { NewLabelJob } from '../records/label-jobs.js';
import type { Records } from '../records/records.js';
import type { SerialOpener } from '../serial/serial-port.js';
import { toPdf } from './pdf.js';
import { sendToPrinter } from './printer.js';
import { renderLabel } from './render.js';

/** Between two tries of a label that waits, in ms: 5 s, twice as long each time, a minute at most. */
const waitAfter = (attempts: number): number => Math.min(60_000, 5000 * 2 ** Math.min(8, attempts));
/** How often the jobs are looked at when nothing is said of them: the command line writes there as well. In ms. */
const lookEvery = 15_000;

export interface LabelsOptions {
  home: string;
  clock: Clock;
  records: Pick<Records, 'labels' | 'find'>;
  labels: () => ReadonlyMap<string, LabelSettings>;
  messages: () => Messages;
  operator: () => string;
  serial: SerialOpener;
  onDefect: (error: unknown) => void;
}

/** Labels of units that passed: drawn, printed one after the other, kept on record. No bay waits for any of it. */
export interface LabelsPart extends StationPart<typeof labelCalls, typeof labelEvents> {
  faults(): StationFault[];
  readonly changes: EventStream<void>;
}

/** The labels that a run has by itself when it passed; they are written with its record. */
export function labelsFor(
  event: string,
  run: RunRecord,
  labels: ReadonlyMap<string, LabelSettings>,
): NewLabelJob[] {
  if (event !== 'run.ended' || run.verdict !== 'PASS') return [];
  return [...labels].flatMap(([label, { print, printer, models }]) =>
    print !== 'pass' || printer === null || (models !== undefined && !models.includes(run.model))
      ? []
      : [newJob(run, label, printerName(printer), { copy: 1, operator: run.operator, reason: null })],
  );
}

function newJob(
  run: RunRecord,
  label: string,
  printer: string,
  more: { copy: number; operator: string; reason: string | null; state?: 'sending' },
): NewLabelJob {
  return { id: randomUUID(), run: run.id, label, printer, state: 'waiting', ...more };
}

/**
 * Asks for a label of a run that passed, on the record. `label-not-passed`, `label-no-printer`, and `label-printed-before` for
 * a second one without a reason.
 */
export function askForLabel(
  run: RunRecord,
  label: string,
  settings: LabelSettings,
  {
    records,
    at,
    ...asked
  }: {
    records: Pick<Records, 'labels'>;
    at: number;
    operator: string;
    reason: string | undefined;
    state?: 'sending';
  },
): Result<{ jobId: string }> {
  if (run.verdict !== 'PASS') return fail('label-not-passed');
  if (settings.printer === null) return fail('label-no-printer', { label });
  const before = records.labels.ofRun(run.id);
  if (!before.ok) return before;
  const copies = before.value.filter((job) => job.label === label && job.state !== 'cancelled').length;
  if (copies > 0 && asked.reason === undefined) return fail('label-printed-before', { label });
  const { operator, state } = asked;
  const job = newJob(run, label, printerName(settings.printer), {
    copy: before.value.filter((each) => each.label === label).length + 1,
    operator,
    reason: copies > 0 ? (asked.reason ?? null) : null,
    ...(state === undefined ? {} : { state }),
  });
  const saved = records.labels.ask(job, at);
  return saved.ok ? ok({ jobId: job.id }) : saved;
}

/** Prints one job and writes down how it went; a failure leaves it waiting. */
export async function printJob(
  job: Pick<LabelJob, 'id' | 'run' | 'label' | 'attempts'>,
  options: Omit<LabelsOptions, 'onDefect' | 'operator'>,
  signal: AbortSignal,
): Promise<Result<void>> {
  const { records, clock, messages } = options;
  let contentHash: string | null = null;
  const progress = { isSending: false };
  const work = async (): Promise<Result<void>> => {
    const settings = options.labels().get(job.label);
    if (settings === undefined) return fail('label-unknown', { label: job.label });
    if (settings.printer === null) return fail('label-no-printer', { label: job.label });
    const run = records.find(job.run);
    if (!run.ok) return run;
    const rendered = await renderLabel(settings, run.value, { home: options.home, messages: messages() });
    if (!rendered.ok) return rendered;
    const { zpl } = rendered.value;
    contentHash = createHash('sha256').update(zpl).digest('hex');
    const sent = (): Result<void> => {
      const noted = records.labels.sending(job.id);
      progress.isSending = noted.ok;
      return noted;
    };
    return sendToPrinter(settings.printer, zpl, { ...options, asksStatus: settings.status, sent }, signal);
  };
  const done = await work();
  const at = clock.now();
  if (done.ok) return records.labels.settle(job.id, { state: 'printed', at, contentHash });
  // What broke off in the middle may have been printed: printing it again unasked could make a second label of a unit.
  const state = progress.isSending ? 'uncertain' : 'waiting';
  records.labels.settle(job.id, {
    state,
    at,
    due: at + waitAfter(job.attempts),
    fault: done.error,
    contentHash,
  });
  return done;
}

export function createLabelsPart(options: LabelsOptions): LabelsPart {
  const { clock, records, labels, onDefect } = options;
  const stopped = new AbortController();
  const changes = createEmitter<void>();
  const lists = createEmitter<EventMessage<'labelJobs'>>();
  let revision = 0;
  let failures = 0;
  let wake: AbortController = new AbortController();

  const openJobs = (): LabelJob[] => {
    // A station that stops has closed its records while some still look at it.
    if (stopped.signal.aborted) return [];
    const found = records.labels.open();
    return found.ok ? found.value : [];
  };

  async function work(): Promise<void> {
    records.labels.markUncertain();
    while (!stopped.signal.aborted) {
      const woken = new AbortController();
      wake = woken;
      const next = records.labels.next(clock.now());
      if (next.ok && next.value !== null) {
        const done = await printJob({ ...next.value, attempts: failures }, options, stopped.signal);
        failures = done.ok ? 0 : failures + 1;
        continue;
      }
      const due = records.labels.nextDue();
      const ms = due.ok && due.value !== null ? Math.max(1, due.value - clock.now()) : lookEvery;
      await sleep(clock, Math.min(ms, lookEvery), woken.signal);
    }
  }

  const subscription = records.labels.changed.subscribe(() => {
    wake.abort();
    revision += 1;
    if (lists.listeners > 0) lists.emit({ revision, jobs: openJobs() });
    changes.emit();
  });
  const working = work().catch(onDefect);

  /** A run and one of its labels. */
  function found(runId: string, label: string): Result<{ run: RunRecord; settings: LabelSettings }> {
    const run = records.find(runId);
    if (!run.ok) return run;
    const settings = labels().get(label);
    if (settings === undefined || settings.models?.includes(run.value.model) === false) {
      return fail('label-unknown', { label });
    }
    return ok({ run: run.value, settings });
  }

  async function rendered(runId: string, label: string) {
    const which = found(runId, label);
    if (!which.ok) return which;
    const { run, settings } = which.value;
    return renderLabel(settings, run, { home: options.home, messages: options.messages() });
  }

  function openJob(jobId: string): Result<LabelJob> {
    const job = records.labels.find(jobId);
    if (!job.ok) return job;
    const isOpen = job.value?.state === 'waiting' || job.value?.state === 'uncertain';
    return job.value !== null && isOpen ? ok(job.value) : fail('label-job-unknown');
  }

  return {
    changes,
    faults: () =>
      openJobs()
        .flatMap((job): StationFault[] => {
          const problem = faultOf(job);
          return problem === null
            ? []
            : [{ source: `label ${job.label}`, since: job.askedAt, fault: problem }];
        })
        .slice(0, 1),
    handlers: {
      'labels.list': ({ runId }) => {
        const run = records.find(runId);
        if (!run.ok) return Promise.resolve(run);
        const jobs = records.labels.ofRun(runId);
        if (!jobs.ok) return Promise.resolve(jobs);
        const choices = [...labels()].flatMap(([name, { printer, print, models }]) =>
          models?.includes(run.value.model) === false
            ? []
            : [
                {
                  name,
                  printer: printer === null ? null : printerName(printer),
                  automatic: print === 'pass',
                },
              ],
        );
        return Promise.resolve(ok({ labels: choices, jobs: jobs.value }));
      },
      'labels.preview': async ({ runId, label }) => {
        const drawn = await rendered(runId, label);
        return drawn.ok ? ok({ drawing: drawn.value.drawing }) : drawn;
      },
      'labels.print': ({ runId, label, reason }) => {
        const which = found(runId, label);
        if (!which.ok) return Promise.resolve(which);
        const asked = { records, at: clock.now(), operator: options.operator(), reason };
        return Promise.resolve(askForLabel(which.value.run, label, which.value.settings, asked));
      },
      'labels.retry': ({ jobId }) => {
        const job = openJob(jobId);
        return Promise.resolve(
          job.ok ? records.labels.settle(jobId, { state: 'waiting', at: clock.now() }) : job,
        );
      },
      'labels.settle': ({ jobId, as }) => {
        const job = openJob(jobId);
        return Promise.resolve(
          job.ok ? records.labels.settle(jobId, { state: as, at: clock.now(), fault: job.value.fault }) : job,
        );
      },
      'labels.pdf': async ({ runId, label, folder }) => {
        const which = found(runId, label);
        if (which.ok && which.value.run.verdict !== 'PASS') return fail('label-not-passed');
        const drawn = await rendered(runId, label);
        if (!drawn.ok) return drawn;
        if (drawn.value.drawing === null) return fail('label-no-preview', { label });
        const unit = which.ok ? (which.value.run.unitSerial ?? runId) : runId;
        const file = join(folder, `${label}-${unit.replace(/[^\w.-]+/g, '_')}.pdf`);
        const { content, unshown } = await toPdf(drawn.value.drawing);
        const written = await writeNew(file, content);
        return written.ok ? ok({ file, unshown }) : written;
      },
    },
    streams: {
      labelJobs(_params, listener) {
        listener({ revision, jobs: openJobs() });
        return lists.subscribe(listener);
      },
    },
    async stop() {
      stopped.abort();
      wake.abort();
      subscription.dispose();
      await working;
    },
  };
}

function faultOf({ state, label, run, fault: problem }: LabelJob): Fault | null {
  if (state === 'uncertain') return fault('label-uncertain', { label, run });
  return state === 'waiting' ? problem : null;
}

/** Writes a file that is not there yet. */
export async function writeNew(file: string, content: Uint8Array): Promise<Result<{ file: string }>> {
  try {
    const target = await open(file, 'wx');
    await target.writeFile(content).finally(() => target.close());
    return ok({ file });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return error.code === 'EEXIST'
      ? fail('target-exists', { path: file })
      : fail('target-unwritable', { path: file }, error.message);
  }
}
