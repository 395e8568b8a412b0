import { join, resolve } from 'node:path';
import { faultCodes } from '../../src-shared/model/fault-codes.js';
import { fail, ok, type FaultCode } from '../../src-shared/model/result.js';
import type { Verdict } from '../../src-shared/model/run.js';
import { createSystemClock } from '../core/clock.js';
import { createRunLogs } from '../core/records/run-logs.js';
import type { Records, RunSearch } from '../core/records/records.js';
import { exportForm, logReader, orderOf, writeRun, type ExportForm } from '../core/reports/export-form.js';
import { eachRun } from '../core/reports/export-runs.js';
import { homeOf, outputOf, type Action, type CommonOptions, type Context } from './context.js';
import { openFile, standardOutput, type Sink } from './export-sink.js';
import { exitCodes } from './output.js';
import { openHistory } from './runs.js';
import { UsageError } from './usage.js';

export const exportFormats = ['csv', 'json', 'junit'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportOptions extends CommonOptions {
  format: ExportFormat;
  /** One row a measurement instead of one a run. */
  measurements?: boolean;
  output?: string;
  verdict?: Verdict;
  serial?: string;
  recipe?: string;
  model?: string;
  operator?: string;
  fault?: FaultCode;
  bay?: number;
  /** The number of an order, as `slipway batches list` shows it. */
  batch?: number;
  /** In ms since the epoch. */
  from?: number;
  until?: number;
}

/** `slipway runs export`: every run that matches, newest first, whatever their number. */
export async function exportRuns(options: ExportOptions, context: Context): Action {
  const { messages } = context;
  // The export itself is on standard output: what is said besides goes to standard error.
  const output = outputOf({ ...options, json: false }, context);
  const { format, measurements = false, batch } = options;
  if (measurements && format === 'junit') throw new UsageError(messages.text('cli.usage-measurements-junit'));
  const records = openHistory(options, context);
  if (records?.ok === false) {
    output.fault(records.error);
    return exitCodes.ERROR;
  }
  const order = records === undefined ? orderOfNone(batch) : orderOf(records.value, batch);
  if (!order.ok) {
    records?.value.close();
    output.fault(order.error);
    return exitCodes.ERROR;
  }
  const logs = createRunLogs({ folder: join(homeOf(options, context), 'logs'), clock: createSystemClock() });
  const form = exportForm(measurements ? 'measurements' : 'runs', format, {
    messages,
    logOf: logReader(logs, (problem) => output.fault(problem)),
    order: order.value,
  });
  const stopped = new AbortController();
  const forget = context.onStop(() => stopped.abort());
  const sink = options.output === undefined ? standardOutput(context) : openFile(resolve(options.output));
  try {
    if (!sink.ok) {
      output.fault(sink.error);
      return exitCodes.ERROR;
    }
    await sink.value.write(form.head);
    const written =
      records === undefined
        ? ok(0)
        : await exportEach(records.value, searchOf(options), form, sink.value, stopped.signal);
    const complete = written.ok && !stopped.signal.aborted;
    if (complete) await sink.value.write(form.tail);
    const closed = await sink.value.close(complete);
    for (const problem of [written, closed]) {
      if (problem.ok) continue;
      output.fault(problem.error);
      return exitCodes.ERROR;
    }
    if (stopped.signal.aborted) return exitCodes.ABORTED;
    const said = measurements ? 'cli.exported-measurements' : 'cli.exported';
    output.note(messages.text(said, { count: written.ok ? written.value : 0 }));
    return exitCodes.ok;
  } finally {
    forget();
    records?.value.close();
  }
}

function searchOf(options: ExportOptions): Omit<RunSearch, 'limit'> {
  const {
    verdict,
    serial: unitSerial,
    recipe,
    model,
    operator,
    fault: faultCode,
    bay,
    batch,
    from,
    until,
  } = options;
  return { verdict, unitSerial, recipe, model, operator, faultCode, bay, batch, from, until };
}

/** Nothing was ever recorded, and so no order opened. */
function orderOfNone(batch: number | undefined): ReturnType<typeof orderOf> {
  return batch === undefined ? ok(undefined) : fail('batch-unknown', { batch });
}

/** Resolves to the number of rows, or of runs where a run has one. */
async function exportEach(
  records: Records,
  search: Omit<RunSearch, 'limit'>,
  form: ExportForm,
  sink: Sink,
  signal: AbortSignal,
): ReturnType<typeof eachRun> {
  let rows = 0;
  const ended = await eachRun(
    records,
    search,
    async (run) => {
      rows += await writeRun(form, run, sink);
    },
    signal,
  );
  return ended.ok ? ok(rows) : ended;
}

/** A fault's code as a person types it; undefined for what is none. */
export function faultCodeNamed(given: string): FaultCode | undefined {
  return faultCodes.find((code) => code === given.toLowerCase());
}
