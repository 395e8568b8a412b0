import { resolve } from 'node:path';
import type { Command } from 'commander';
import { fail, fault, ok, type Fault, type Result } from '../../src-shared/model/result.js';
import type { RunRecord } from '../../src-shared/model/run.js';
import { createSystemClock } from '../core/clock.js';
import type { LabelSettings } from '../core/config/label-config.js';
import type { StationConfig } from '../core/config/station-config.js';
import { askForLabel, printJob, writeNew } from '../core/labels/labels-part.js';
import { toPdf } from '../core/labels/pdf.js';
import { renderLabel } from '../core/labels/render.js';
import type { Records } from '../core/records/records.js';
import { createSerialOpener } from '../core/serial/create-serial-opener.js';
import {
  type Action,
  type CommandTools,
  type CommonOptions,
  type Context,
  homeOf,
  outputOf,
} from './context.js';
import { readHomeSettings } from './home-settings.js';
import { exitCodes, type Output } from './output.js';
import { openHistory } from './runs.js';
import { UsageError } from './usage.js';

export interface LabelOptions extends CommonOptions {
  label?: string;
  pdf?: string;
  zpl?: string;
  print?: boolean;
  reason?: string;
}

/** `slipway label RUN`: see docs/labels.md. */
export function addLabelCommand(command: Command, { context, finish }: CommandTools): void {
  const { messages } = context;
  command
    .argument('<run>', messages.text('cli.argument-run'))
    .option('--label <name>', messages.text('cli.option-label'))
    .option('--pdf <file>', messages.text('cli.option-label-pdf'))
    .option('--zpl <file>', messages.text('cli.option-label-zpl'))
    .option('--print', messages.text('cli.option-label-print'))
    .option('--reason <text>', messages.text('cli.option-label-reason'))
    .action((run: string, options: LabelOptions) => finish(makeLabel(run, options, context)));
}

interface Wanted {
  run: RunRecord;
  name: string;
  label: LabelSettings;
  settings: StationConfig;
  records: Records;
  home: string;
  output: Output;
  context: Context;
}

async function makeLabel(runId: string, options: LabelOptions, context: Context): Action {
  const ways = [options.pdf, options.zpl, options.print].filter((way) => way !== undefined);
  if (ways.length !== 1) throw new UsageError(context.messages.text('cli.usage-label'));
  const output = outputOf(options, context);
  const home = homeOf(options, context);
  const told = (problem: Fault): number => {
    output.fault(problem);
    return problem.code === 'run-unknown' || problem.code === 'label-unknown'
      ? exitCodes.usage
      : exitCodes.ERROR;
  };
  const settings = await readHomeSettings(home, context);
  if (!settings.ok) return told(settings.error);
  const records = openHistory(options, context);
  if (records === undefined) return told(fault('run-unknown', { run: runId }));
  if (!records.ok) return told(records.error);
  try {
    const run = records.value.find(runId);
    if (!run.ok) return told(run.error);
    const chosen = choose(settings.value.labels, run.value, options.label);
    if (!chosen.ok) return told(chosen.error);
    const [name, label] = chosen.value;
    const wanted = {
      run: run.value,
      name,
      label,
      settings: settings.value,
      records: records.value,
      home,
      output,
      context,
    };
    const done = options.print === true ? await print(wanted, options.reason) : await write(wanted, options);
    return done.ok ? exitCodes.ok : told(done.error);
  } finally {
    records.value.close();
  }
}

/** The label that is named, or the only one that the run's model has. */
function choose(
  labels: ReadonlyMap<string, LabelSettings>,
  run: RunRecord,
  name: string | undefined,
): Result<[string, LabelSettings]> {
  const fitting = [...labels].filter(([, { models }]) => models?.includes(run.model) !== false);
  const [first, ...others] = fitting.filter(([each]) => name === undefined || each === name);
  if (first === undefined || others.length > 0) return fail('label-unknown', { label: name ?? 'none' });
  return ok(first);
}

async function write(
  { run, name, label, home, output, context }: Wanted,
  options: LabelOptions,
): Promise<Result<void>> {
  if (run.verdict !== 'PASS') return fail('label-not-passed');
  const rendered = await renderLabel(label, run, { home, messages: context.messages });
  if (!rendered.ok) return rendered;
  const { zpl, drawing } = rendered.value;
  if (options.pdf !== undefined && drawing === null) return fail('label-no-preview', { label: name });
  const { content, unshown } =
    options.pdf === undefined || drawing === null
      ? { content: Buffer.from(zpl), unshown: [] }
      : await toPdf(drawing);
  const written = await writeNew(resolve(options.pdf ?? options.zpl ?? ''), content);
  if (!written.ok) return written;
  output.event('label', { label: name, run: run.id, file: written.value.file, unshown });
  output.line(context.messages.text('cli.label-written', { file: written.value.file }));
  if (unshown.length > 0) {
    output.note(context.messages.text('labels.unshown', { letters: unshown.join(', ') }));
  }
  return ok();
}

/** Prints at once, on the record; what the printer refuses is left to the station's next look. */
async function print(wanted: Wanted, reason: string | undefined): Promise<Result<void>> {
  const { run, name, label, settings, records, home, output, context } = wanted;
  const clock = createSystemClock();
  const { operator } = settings;
  const asked = askForLabel(run, name, label, {
    records,
    at: clock.now(),
    operator,
    reason,
    state: 'sending',
  });
  if (!asked.ok) return asked;
  const stopped = new AbortController();
  const forget = context.onStop(() => stopped.abort());
  const parts = {
    home,
    clock,
    records,
    labels: () => settings.labels,
    messages: () => context.messages,
    serial: createSerialOpener({ clock }),
  };
  const job = { id: asked.value.jobId, run: run.id, label: name, attempts: 0 };
  const printed = await printJob(job, parts, stopped.signal);
  forget();
  if (!printed.ok) return printed;
  output.event('label', { label: name, run: run.id, job: job.id });
  output.line(context.messages.text('cli.label-printed', { label: name, run: run.id }));
  return ok();
}
