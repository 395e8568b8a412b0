import { once } from 'node:events';
import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { resolve } from 'node:path';
import { fail, fault, ok, type Result } from '../../src-shared/model/result.js';
import type { RunRecord, Verdict } from '../../src-shared/model/run.js';
import { csvLine } from '../core/reports/csv.js';
import { eachRun } from '../core/reports/export-runs.js';
import { runCells, runColumnNames } from '../core/reports/run-columns.js';
import { outputOf, type Action, type CommonOptions, type Context } from './context.js';
import { exitCodes } from './output.js';
import { openHistory } from './runs.js';

export const exportFormats = ['csv', 'json'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportOptions extends CommonOptions {
  format: ExportFormat;
  output?: string;
  verdict?: Verdict;
  serial?: string;
  recipe?: string;
  model?: string;
  bay?: number;
  /** In ms since the epoch. */
  from?: number;
  until?: number;
}

/** How each format begins, and what it makes of a run. */
const formats: Readonly<Record<ExportFormat, { head: string; line: (run: RunRecord) => string }>> = {
  // The mark tells spreadsheets that the file is UTF-8.
  csv: { head: `\ufeff${csvLine(runColumnNames)}`, line: (run) => csvLine(runCells(run)) },
  json: { head: '', line: (run) => `${JSON.stringify(run)}\n` },
};

/** `slipway runs export`: every run that matches, newest first, as CSV or JSON Lines, whatever their number. */
export async function exportRuns(options: ExportOptions, context: Context): Action {
  const { messages } = context;
  // The export itself is on standard output: what is said besides goes to standard error.
  const output = outputOf({ ...options, json: false }, context);
  const records = openHistory(options, context);
  if (records?.ok === false) {
    output.fault(records.error);
    return exitCodes.ERROR;
  }
  const stopped = new AbortController();
  const forget = context.onStop(() => stopped.abort());
  const { head, line } = formats[options.format];
  const sink = options.output === undefined ? standardOutput(context) : openFile(resolve(options.output));
  try {
    if (!sink.ok) {
      output.fault(sink.error);
      return exitCodes.ERROR;
    }
    await sink.value.write(head);
    const { verdict, serial, recipe, model, bay, from, until } = options;
    const search = { verdict, recipe, model, bay, from, until, unitSerial: serial };
    const written =
      records === undefined
        ? ok(0)
        : await eachRun(records.value, search, (run) => sink.value.write(line(run)), stopped.signal);
    const complete = written.ok && !stopped.signal.aborted;
    const closed = await sink.value.close(complete);
    for (const problem of [written, closed]) {
      if (problem.ok) continue;
      output.fault(problem.error);
      return exitCodes.ERROR;
    }
    if (stopped.signal.aborted) return exitCodes.ABORTED;
    output.note(messages.text('cli.exported', { count: written.ok ? written.value : 0 }));
    return exitCodes.ok;
  } finally {
    forget();
    records?.value.close();
  }
}

interface Sink {
  /** Resolves when more can be taken. */
  write(text: string): Promise<void>;
  /** Keeps what was written, or leaves nothing. */
  close(complete: boolean): Promise<Result<void>>;
}

function standardOutput({ streams }: Context): Result<Sink> {
  return ok({
    async write(text) {
      streams.out(text);
      await streams.drained?.();
    },
    close: () => Promise.resolve(ok()),
  });
}

/** Written beside its name and moved there when it is complete: a half export is never taken for a whole one. */
function openFile(path: string): Result<Sink> {
  if (existsSync(path)) return fail('target-exists', { path });
  const making = `${path}.part`;
  const stream = createWriteStream(making);
  let problem: Error | null = null;
  stream.on('error', (error) => (problem = error));
  return ok({
    async write(text) {
      if (problem !== null) return;
      // An error ends the wait as well; `close` says so.
      if (!stream.write(text)) await once(stream, 'drain').catch(() => problem);
    },
    async close(complete) {
      try {
        stream.end();
        await finished(stream);
        if (complete) renameSync(making, path);
        return ok();
      } catch (error) {
        return { ok: false, error: fault('target-unwritable', { path }, String(error)) };
      } finally {
        rmSync(making, { force: true });
      }
    },
  });
}
