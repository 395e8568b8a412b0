import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { archiveCalls, archiveEvents } from '../../../src-shared/contract/archive.js';
import type { EventMessage } from '../../../src-shared/contract.js';
import type { Messages } from '../../../src-shared/messages/messages.js';
import { fail, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import { createEmitter } from '../emitter.js';
import type { StationPart } from '../part.js';
import { backUpRecords } from '../records/backup.js';
import type { Records, RunLogs } from '../records/records.js';
import { verifyChain } from '../records/verify-chain.js';
import { openFile } from '../reports/export-file.js';
import { exportForm, logReader, orderOf, writeRun } from '../reports/export-form.js';
import { eachRun } from '../reports/export-runs.js';

type Task = NonNullable<EventMessage<'archive'>['task']>;

/** So often is said how far an export is, in rows; the station does its other work in between. */
const between = 200;

/** What takes long with all the records: export, verify, back up. One at a time, in small steps. */
export function createArchivePart({
  home,
  records,
  logs,
  messages,
}: {
  home: string;
  records: Records;
  logs: Pick<RunLogs, 'read'>;
  messages: () => Messages;
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
          const order = orderOf(records, scope.batch);
          if (!order.ok) return order;
          tell({ total: counted.ok ? counted.value.total : null });
          const sink = openFile(file, { replace: true });
          if (!sink.ok) return sink;
          const unread: Fault[] = [];
          const form = exportForm(rows, format, {
            messages: messages(),
            logOf: logReader(logs, (problem) => unread.push(problem)),
            order: order.value,
          });
          await sink.value.write(form.head);
          let count = 0;
          let runs = 0;
          const written = await eachRun(
            records,
            scope,
            async (run) => {
              count += await writeRun(form, run, sink.value);
              runs += 1;
              if (runs % between !== 0) return;
              tell({ done: runs });
              await breathe();
            },
            signal,
          );
          const isWhole = written.ok && !signal.aborted;
          if (isWhole) await sink.value.write(form.tail);
          const closed = await sink.value.close(isWhole);
          if (!written.ok) return written;
          return closed.ok ? ok({ count, unread: unread[0] ?? null }) : closed;
        }),
      'archive.verify': ({ noted }) =>
        alone('verify', (signal) =>
          verifyChain({ path, noted, signal, onProgress: (done, total) => tell({ done, total }) }),
        ),
      'archive.backup': ({ file }) =>
        alone('backup', async (signal) => {
          const made = await backUpRecords(path, file, {
            signal,
            // The copy is verified as the records themselves are.
            onProgress: (step, done, total) =>
              tell({ kind: step === 'copy' ? 'backup' : 'verify', done, total }),
          });
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
