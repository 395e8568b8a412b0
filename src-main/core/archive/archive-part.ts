import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { archiveCalls, archiveEvents } from '../../../src-shared/contract/archive.js';
import type { EventMessage } from '../../../src-shared/contract.js';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { createEmitter } from '../emitter.js';
import type { StationPart } from '../part.js';
import { backUpRecords } from '../records/backup.js';
import type { Records } from '../records/records.js';
import { verifyChain } from '../records/verify-chain.js';
import { csvLine } from '../reports/csv.js';
import { openFile } from '../reports/export-file.js';
import { eachRun } from '../reports/export-runs.js';
import { measurementCells, measurementColumnNames, measurementRows } from '../reports/measurement-rows.js';
import { runCells, runColumnNames } from '../reports/run-columns.js';

type Task = NonNullable<EventMessage<'archive'>['task']>;

/** Tells spreadsheets that a file is UTF-8. */
const mark = '\ufeff';
/** So often is said how far an export is, in rows; the station does its other work in between. */
const between = 200;

/** How an export begins, and what it makes of a run; the same as the command line's. */
const forms = {
  'runs-csv': { head: mark + csvLine(runColumnNames), rows: (run: RunRecord) => [csvLine(runCells(run))] },
  'runs-json': { head: '', rows: (run: RunRecord) => [`${JSON.stringify(run)}\n`] },
  'measurements-csv': {
    head: mark + csvLine(measurementColumnNames),
    rows: (run: RunRecord) => measurementRows(run).map((row) => csvLine(measurementCells(row))),
  },
  'measurements-json': {
    head: '',
    rows: (run: RunRecord) => measurementRows(run).map((row) => `${JSON.stringify(row)}\n`),
  },
} as const;

/** What takes long with all the records: export, verify, back up. One at a time, in small steps. */
export function createArchivePart({
  home,
  records,
}: {
  home: string;
  records: Records;
}): StationPart<typeof archiveCalls, typeof archiveEvents> {
  const path = join(home, 'records.db');
  const changes = createEmitter<EventMessage<'archive'>>();
  let task: Task | null = null;
  let stopping: AbortController | null = null;
  let working: Promise<unknown> = Promise.resolve();

  function tell(change: Partial<Task>): void {
    if (task === null) return;
    task = { ...task, ...change };
    changes.emit({ task });
  }

  async function alone<Value>(
    kind: Task['kind'],
    work: (signal: AbortSignal) => Promise<Result<Value>>,
  ): Promise<Result<Value>> {
    if (stopping !== null) return fail('archive-busy');
    const own = new AbortController();
    stopping = own;
    task = { kind, done: 0, total: null };
    changes.emit({ task });
    const done = work(own.signal);
    working = done.catch(() => undefined);
    try {
      const result = await done;
      return own.signal.aborted ? fail('archive-stopped') : result;
    } finally {
      stopping = null;
      task = null;
      changes.emit({ task });
    }
  }

  return {
    handlers: {
      'archive.export': ({ scope, rows, format, file }) =>
        alone('export', async (signal) => {
          const counted = records.history.facets(scope);
          tell({ total: counted.ok ? counted.value.total : null });
          const sink = openFile(file, { replace: true });
          if (!sink.ok) return sink;
          const form = forms[`${rows}-${format}`];
          await sink.value.write(form.head);
          let count = 0;
          let runs = 0;
          const written = await eachRun(
            records,
            scope,
            async (run) => {
              for (const row of form.rows(run)) {
                await sink.value.write(row);
                count += 1;
              }
              runs += 1;
              if (runs % between !== 0) return;
              tell({ done: runs });
              await breathe();
            },
            signal,
          );
          const closed = await sink.value.close(written.ok && !signal.aborted);
          if (!written.ok) return written;
          return closed.ok ? ok({ count }) : closed;
        }),
      'archive.verify': ({ noted }) =>
        alone('verify', (signal) =>
          verifyChain({ path, noted, signal, onProgress: (done, total) => tell({ done, total }) }),
        ),
      'archive.backup': ({ file }) =>
        alone('backup', async () => {
          const made = await backUpRecords(path, file);
          if (!made.ok) return made;
          const { runs, size, chain } = made.value;
          return ok({ runs, size, chain });
        }),
      'archive.stop': () => {
        stopping?.abort();
        return Promise.resolve(ok());
      },
    },
    streams: {
      archive: (_, listener) => {
        listener({ task });
        return changes.subscribe(listener);
      },
    },
    async stop() {
      stopping?.abort();
      await working;
    },
  };
}
