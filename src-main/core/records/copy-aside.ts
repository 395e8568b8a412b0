import { pathToFileURL } from 'node:url';
import type * as Threads from 'node:worker_threads';
import type * as Sqlite from '@photostructure/sqlite';
import { z } from 'zod';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { onThread, type ThreadTask } from './on-thread.js';
import { databaseFault } from './sqlite.js';

/** What takes long can be followed, and stopped: then it ends as `archive-stopped`. */
export interface LongWork {
  /** Told now and then; in rows. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

interface Task {
  /** The database as a URI that lets nobody write to it. */
  source: string;
  target: string;
  /** One number; not 0 once it shall stop. */
  stop: SharedArrayBuffer;
}

const messageSchema = z.union([
  z.object({ done: z.number(), total: z.number() }),
  z.object({ copied: z.boolean() }),
  z.object({ error: z.object({ message: z.string(), errcode: z.number().optional() }) }),
]);

/**
 * What the thread runs: see `onThread`. All is read in one transaction, so it is what was committed at one moment. SQLite's
 * own ways to copy (VACUUM INTO, the backup API) cannot be stopped with this driver; an INSERT that asks a function at each
 * row can.
 */
function work(load: NodeJS.Require): void {
  const thread = load('node:worker_threads') as typeof Threads;
  const { driver, source, target, stop } = thread.workerData as Task & ThreadTask;
  const { DatabaseSync } = load(driver) as typeof Sqlite;
  const flag = new Int32Array(stop);
  const isStopped = (): boolean => Atomics.load(flag, 0) !== 0;
  const tell = (message: z.input<typeof messageSchema>): void => thread.parentPort?.postMessage(message);
  const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

  /** The first column of a query, without a prepared statement, as in `readValues`. */
  const read = (database: Sqlite.DatabaseSyncInstance, query: string): unknown[] => {
    const values: unknown[] = [];
    database.function('take_value', (value: unknown) => {
      values.push(value);
      return null;
    });
    database.exec(`WITH answer (value) AS (${query}) SELECT take_value(value) FROM answer`);
    return values;
  };
  /** What says whose database it is, and of which version; no other query tells it of one that is attached. */
  const marks = (): string => {
    const database = new DatabaseSync(source, { readOnly: true, timeout: 5000 });
    try {
      const [application, version] = ['application_id', 'user_version'].map((name) =>
        Number(read(database, `SELECT ${name} FROM pragma_${name}`)[0]),
      );
      return `PRAGMA application_id = ${application}; PRAGMA user_version = ${version}`;
    } finally {
      database.close();
    }
  };

  function copy(database: Sqlite.DatabaseSyncInstance): boolean {
    // Nobody sees the file before it is whole and checked: it needs no journal.
    database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;
      ATTACH '${source.replaceAll("'", "''")}' AS source; BEGIN`);
    const before = marks();
    const parts = read(
      database,
      `SELECT json_array(type, name, sql) FROM source.sqlite_schema
       WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY type <> 'table', rowid`,
    ).map((row) => JSON.parse(String(row)) as [type: string, name: string, sql: string]);
    // A station of a newer version that starts at this very moment.
    if (marks() !== before)
      throw Object.assign(new Error('the tables were changed meanwhile'), { errcode: 5 });
    const tables = parts.filter(([type]) => type === 'table').map(([, name]) => quoted(name));
    const total = tables
      .map((table) => Number(read(database, `SELECT count(*) FROM source.${table}`)[0]))
      .reduce((sum, rows) => sum + rows, 0);
    let done = 0;
    let said = 0;
    database.function('go_on', () => {
      done += 1;
      if (done % 500 !== 0) return 1;
      if (isStopped()) throw new Error('stopped');
      if (Date.now() - said > 200) {
        said = Date.now();
        tell({ done, total });
      }
      return 1;
    });
    for (const [type, name, sql] of parts) {
      if (isStopped()) return false;
      database.exec(sql);
      if (type === 'table') {
        database.exec(`INSERT INTO main.${quoted(name)} SELECT * FROM source.${quoted(name)} WHERE go_on()`);
      }
    }
    database.exec(`${before}; COMMIT`);
    return true;
  }

  let database: Sqlite.DatabaseSyncInstance | undefined;
  try {
    database = new DatabaseSync(target, { timeout: 5000, enableForeignKeyConstraints: false });
    tell({ copied: copy(database) });
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    tell(isStopped() ? { copied: false } : { error: { message, errcode } });
  } finally {
    database?.close();
  }
}

/**
 * Copies all that is committed in a database into a new file, on a thread and a connection of its own: bays and window go
 * on meanwhile, and so does whoever writes that database. The file is the caller's to remove where this fails:
 * `archive-stopped`, `records-unwritable` (of the new file), `records-corrupt` (of the database).
 */
export async function copyAside(
  path: string,
  target: string,
  { onProgress, signal }: LongWork,
): Promise<Result<void>> {
  const stop = new SharedArrayBuffer(4);
  const abort = (): void => void Atomics.store(new Int32Array(stop), 0, 1);
  if (signal?.aborted === true) return fail('archive-stopped');
  signal?.addEventListener('abort', abort);
  let ending: z.output<typeof messageSchema> | undefined;
  try {
    const task: Task = { source: `${pathToFileURL(path).href}?mode=ro`, target, stop };
    await onThread(work, task, (said) => {
      const message = messageSchema.parse(said);
      if ('done' in message) onProgress?.(message.done, message.total);
      else ending = message;
    });
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  if (ending === undefined) throw new Error('The thread ended and said nothing');
  if ('copied' in ending) return ending.copied ? ok() : fail('archive-stopped');
  if (!('error' in ending)) return ok();
  const { message, errcode } = ending.error;
  const error = Object.assign(new Error(message), errcode === undefined ? {} : { errcode });
  const fault = databaseFault(error, target);
  return !fault.ok && fault.error.code === 'records-corrupt' ? databaseFault(error, path) : fault;
}
