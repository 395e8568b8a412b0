import { pathToFileURL } from 'node:url';
// The one import of the driver. It has the API of node:sqlite, which takes over here once every runtime
// that Slipway supports has it (Electron 33 and Node 20 have not).
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { fail, type Result } from '../../../src-shared/model/result.js';

export type Database = DatabaseSyncInstance;
export type SqlValue = null | number | string;
/** A prepared statement. What comes out is parsed, or trusted where its query says what it is. */
export interface Statement {
  run(...values: SqlValue[]): unknown;
  get(...values: SqlValue[]): unknown;
  all(...values: SqlValue[]): unknown[];
}

/** How long a connection waits for another process's lock, in ms. */
const busyTimeout = 5000;

/**
 * What a connection is for. `read` needs an index of the -wal in a -shm file, which it makes; `read-only-medium` takes the
 * file as it is, without looking for a -wal, locking it or making any file beside it: right only when no process writes it.
 */
export type ConnectionMode = 'write' | 'read' | 'read-only-medium';

/** The file as the driver wants it named for a mode. */
export function locationOf(path: string, mode: ConnectionMode): string {
  return mode === 'read-only-medium' ? `${pathToFileURL(path).href}?immutable=1` : path;
}

/** Opens a connection; throws what the driver throws. */
export function connect(path: string, mode: ConnectionMode): Database {
  return new DatabaseSync(locationOf(path, mode), {
    readOnly: mode !== 'write',
    timeout: busyTimeout,
    enableForeignKeyConstraints: true,
  });
}

/**
 * The first column of a query's rows, without a prepared statement. This driver ends a statement only when
 * it is collected as garbage, and a connection with one left stays half open behind `close()`: its files are
 * held, and its -wal is not taken away. So whatever opens a connection for a moment reads with this.
 */
export function readValues(database: Database, query: string): SqlValue[] {
  const values: SqlValue[] = [];
  database.function('take_value', (value: SqlValue) => {
    values.push(value);
    return null;
  });
  database.exec(`WITH answer (value) AS (${query}) SELECT take_value(value) FROM answer`);
  return values;
}

/** Moves every commit into the file and closes; see `readValues` for why the close alone would not. */
export function closeWriter(database: Database, path: string): void {
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    // A disk that refuses takes nothing away: the commits stay in the -wal, where the next start finds them.
    databaseFault(error, path);
  } finally {
    database.close();
  }
}

/** Runs `work` as one transaction that takes the write lock at once; whatever it throws undoes all of it. */
export function inTransaction<Value>(database: Database, work: () => Value): Value {
  database.exec('BEGIN IMMEDIATE');
  try {
    const value = work();
    database.exec('COMMIT');
    return value;
  } catch (error) {
    // Some errors (a full disk) have rolled back already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Prepares each text once. */
export function createStatements(database: Database): (sql: string) => Statement {
  const prepared = new Map<string, Statement>();
  return (sql) => {
    const statement: Statement = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
}

/**
 * Primary result codes, https://sqlite.org/rescode.html. What is not listed (a constraint, a wrong
 * statement) is a bug of ours.
 */
const corrupt = new Set([/* CORRUPT */ 11, /* NOTADB */ 26]);
const unwritable = new Set([
  /* PERM */ 3, /* BUSY */ 5, /* LOCKED */ 6, /* READONLY */ 8, /* IOERR */ 10, /* FULL */ 13,
  /* CANTOPEN */ 14, /* PROTOCOL */ 15,
]);

/** What went wrong with the file at `path`, as a fault. An error that is neither the file's nor the disk's is thrown again. */
export function databaseFault(error: unknown, path: string): Result<never> {
  // The driver gives no code with what a prepared statement meets, only SQLite's own words.
  if (error instanceof Error && /disk image is malformed|file is not a database/.test(error.message)) {
    return fail('records-corrupt', { path }, error.message);
  }
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') throw error;
  const primary = error.errcode & 0xff;
  if (corrupt.has(primary)) return fail('records-corrupt', { path }, error.message);
  if (unwritable.has(primary)) return fail('records-unwritable', { path }, error.message);
  throw error;
}

/** The same for an error of the file system (it has a `code`, such as ENOSPC). */
export function fileFault(error: unknown, path: string): Result<never> {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) throw error;
  return fail('records-unwritable', { path }, error.message);
}
