import { join, resolve } from 'node:path';
import { faultCodes } from '../../src-shared/model/fault-codes.js';
import { ok, type Fault, type FaultCode } from '../../src-shared/model/result.js';
import type { RunRecord, Verdict } from '../../src-shared/model/run.js';
import { createSystemClock } from '../core/clock.js';
import { createRunLogs } from '../core/records/run-logs.js';
import type { Records, RunSearch } from '../core/records/records.js';
import { csvLine } from '../core/reports/csv.js';
import { eachRun } from '../core/reports/export-runs.js';
import { junitHead, junitSuite, junitTail, type ReadLog } from '../core/reports/junit.js';
import {
  measurementCells,
  measurementColumnNames,
  measurementRows,
} from '../core/reports/measurement-rows.js';
import { runCells, runColumnNames } from '../core/reports/run-columns.js';
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
  /** In ms since the epoch. */
  from?: number;
  until?: number;
}

/** How an export begins and ends, and what it makes of a run. */
interface Form {
  head: string;
  parts: (run: RunRecord) => Iterable<string> | AsyncIterable<string>;
  tail: string;
}

/** Tells spreadsheets that a file is UTF-8. */
const mark = '\ufeff';

function formOf(
  { format, measurements = false, ...options }: ExportOptions,
  context: Context,
  tell: (problem: Fault) => void,
): Form {
  const { messages } = context;
  const plain = { head: '', tail: '' };
  if (measurements) {
    if (format === 'junit') throw new UsageError(messages.text('cli.usage-measurements-junit'));
    return format === 'csv'
      ? {
          head: `${mark}${csvLine(measurementColumnNames)}`,
          parts: (run) => measurementRows(run).map((row) => csvLine(measurementCells(row))),
          tail: '',
        }
      : { ...plain, parts: (run) => measurementRows(run).map((row) => `${JSON.stringify(row)}\n`) };
  }
  if (format === 'csv')
    return { head: `${mark}${csvLine(runColumnNames)}`, parts: (run) => [csvLine(runCells(run))], tail: '' };
  if (format === 'json') return { ...plain, parts: (run) => [`${JSON.stringify(run)}\n`] };
  const logs = createRunLogs({ folder: join(homeOf(options, context), 'logs'), clock: createSystemClock() });
  // A log that is gone (the retention policy takes old ones) leaves its record, and a suite without a log.
  const logOf =
    (runId: string): ReadLog =>
    async (from, limit) => {
      const part = await logs.read(runId, from, limit);
      if (part.ok) return part.value.lines;
      if (part.error.code !== 'log-missing') tell(part.error);
      return [];
    };
  return {
    head: junitHead,
    // A run that goes on has no result yet.
    parts: (run) => (run.verdict === null ? [] : junitSuite(run, messages, logOf(run.id), { among: true })),
    tail: junitTail,
  };
}

/** `slipway runs export`: every run that matches, newest first, whatever their number. */
export async function exportRuns(options: ExportOptions, context: Context): Action {
  const { messages } = context;
  // The export itself is on standard output: what is said besides goes to standard error.
  const output = outputOf({ ...options, json: false }, context);
  const form = formOf(options, context, (problem) => output.fault(problem));
  const records = openHistory(options, context);
  if (records?.ok === false) {
    output.fault(records.error);
    return exitCodes.ERROR;
  }
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
    const said = options.measurements === true ? 'cli.exported-measurements' : 'cli.exported';
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
    from,
    until,
  } = options;
  return { verdict, unitSerial, recipe, model, operator, faultCode, bay, from, until };
}

/** Resolves to the number of rows, or of runs where a run has one. */
async function exportEach(
  records: Records,
  search: Omit<RunSearch, 'limit'>,
  form: Form,
  sink: Sink,
  signal: AbortSignal,
): ReturnType<typeof eachRun> {
  const isJUnit = form.head === junitHead;
  let rows = 0;
  const ended = await eachRun(
    records,
    search,
    async (run) => {
      let pieces = 0;
      for await (const part of form.parts(run)) {
        await sink.write(part);
        pieces += 1;
      }
      rows += isJUnit ? Math.min(pieces, 1) : pieces;
    },
    signal,
  );
  return ended.ok ? ok(rows) : ended;
}

/** A fault's code as a person types it; undefined for what is none. */
export function faultCodeNamed(given: string): FaultCode | undefined {
  return faultCodes.find((code) => code === given.toLowerCase());
}
