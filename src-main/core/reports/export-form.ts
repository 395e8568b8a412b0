import type { Messages } from '../../../src-shared/messages/messages.js';
import { ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import type { Records, RunLogs } from '../records/records.js';
import { csvLine } from './csv.js';
import type { Sink } from './export-file.js';
import { junitHead, junitSuite, junitTail, type ReadLog } from './junit.js';
import { measurementCells, measurementColumnNames, measurementRows } from './measurement-rows.js';
import { runCells, runColumnNames } from './run-columns.js';

/** How an export begins and ends, and what it makes of a run. */
export interface ExportForm {
  readonly head: string;
  parts(run: RunRecord): Iterable<string> | AsyncIterable<string>;
  readonly tail: string;
  /** A run is one row, in however many parts it comes. */
  readonly isOneRow: boolean;
}

/** Tells spreadsheets that a file is UTF-8. */
const mark = '\ufeff';

/** The form of an export. JUnit XML has what was measured among the properties of each run, whatever `rows` says. */
export function exportForm(
  rows: 'runs' | 'measurements',
  format: 'csv' | 'json' | 'junit',
  {
    messages,
    logOf,
    order,
  }: {
    messages: Messages;
    logOf: (runId: string) => ReadLog;
    /** The number of the order whose runs these are; JUnit XML is named after it. */
    order: string | undefined;
  },
): ExportForm {
  const plain = { head: '', tail: '', isOneRow: false };
  if (format === 'junit') {
    return {
      head: junitHead(order),
      // A run that goes on has no result yet.
      parts: (run) => (run.verdict === null ? [] : junitSuite(run, messages, logOf(run.id), { among: true })),
      tail: junitTail,
      isOneRow: true,
    };
  }
  if (rows === 'measurements') {
    return format === 'csv'
      ? {
          ...plain,
          head: `${mark}${csvLine(measurementColumnNames)}`,
          parts: (run) => measurementRows(run).map((row) => csvLine(measurementCells(row))),
        }
      : { ...plain, parts: (run) => measurementRows(run).map((row) => `${JSON.stringify(row)}\n`) };
  }
  return format === 'csv'
    ? {
        ...plain,
        head: `${mark}${csvLine(runColumnNames)}`,
        parts: (run) => [csvLine(runCells(run))],
      }
    : { ...plain, parts: (run) => [`${JSON.stringify(run)}\n`] };
}

/**
 * Reads the logs for an export. One that is gone (the retention policy takes old ones) leaves its record, and a suite
 * without a log; what else is wrong is told.
 */
export function logReader(
  logs: Pick<RunLogs, 'read'>,
  tell: (problem: Fault) => void,
): (runId: string) => ReadLog {
  return (runId) => async (from, limit) => {
    const part = await logs.read(runId, from, limit);
    if (part.ok) return part.value.lines;
    if (part.error.code !== 'log-missing') tell(part.error);
    return [];
  };
}

/** The number of the order that an export is about; none where it is about none. `batch-unknown`. */
export function orderOf(
  { batches }: Pick<Records, 'batches'>,
  batch: number | undefined,
): Result<string | undefined> {
  if (batch === undefined) return ok(undefined);
  const found = batches.find(batch);
  return found.ok ? ok(found.value.orderNumber) : found;
}

/** Writes what an export makes of a run; resolves to the number of rows. */
export async function writeRun(form: ExportForm, run: RunRecord, sink: Pick<Sink, 'write'>): Promise<number> {
  let parts = 0;
  for await (const part of form.parts(run)) {
    await sink.write(part);
    parts += 1;
  }
  return form.isOneRow ? Math.min(1, parts) : parts;
}
