import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { applicationId } from './migrations.js';
import { connect, databaseFault, fileFault, inTransaction, readValues, type Database } from './sqlite.js';
import { syncFolder } from './sync-folder.js';

/** Files beside the database that belong to it: commits not yet moved into it, and their index. */
export const companions = ['-wal', '-shm'] as const;
const magic = Buffer.from('SQLite format 3\0', 'latin1');

/**
 * Above this size (bytes) a database is not read through at every start: a history of a million runs would
 * hold the start up for seconds. Damage that shows later is a fault of the call that meets it.
 */
const alwaysCheckedSize = 64 * 1024 ** 2;

export interface OpenOptions {
  path: string;
  migrations: readonly string[];
}

/**
 * Opens the database at `path` for writing, brought to the newest version; makes it when it is not there.
 * `records-corrupt`, `records-newer` ({path, found, known}): the file and what belongs to it are left as
 * they are, byte for byte. `records-unwritable`: the folder, the disk or a lock refuses.
 */
export function openDatabase({ path, migrations }: OpenOptions): Result<Database> {
  try {
    const existing = statSync(path, { throwIfNoEntry: false });
    if (existing === undefined) {
      const left = companions.map((suffix) => path + suffix).find((file) => sizeOf(file) > 0);
      // Commits of a database that is gone: a new one beside them would take them for its own.
      if (left !== undefined) return fail('records-corrupt', { path: left }, `${path} is missing beside it`);
      const created = create(path, migrations);
      if (!created.ok) return created;
    } else {
      const inspected = inspectDatabase(path, migrations.length);
      if (!inspected.ok) return inspected;
    }
  } catch (error) {
    return fileFault(error, path);
  }
  return openForWriting(path, migrations);
}

/** Made under another name and moved into place: a file at `path` is always a whole database, so an empty one is damage. */
function create(path: string, migrations: readonly string[]): Result<void> {
  const making = `${path}.new`;
  for (const suffix of ['', ...companions, '-journal']) rmSync(making + suffix, { force: true });
  // Without WAL, whose files would not move along.
  const made = opening(making, path, (database) => {
    migrate(database, migrations);
    database.close();
    return ok();
  });
  if (!made.ok) return made;
  for (const suffix of companions) rmSync(path + suffix, { force: true });
  renameSync(making, path);
  syncFolder(dirname(path));
  return ok();
}

function openForWriting(path: string, migrations: readonly string[]): Result<Database> {
  return opening(path, path, (database) => {
    const { journal_mode: mode } = database.prepare('PRAGMA journal_mode = WAL').get() as {
      journal_mode: string;
    };
    if (mode !== 'wal') {
      database.close();
      return fail('records-unwritable', { path }, `journal_mode is ${mode}`);
    }
    database.exec(
      'PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -16384',
    );
    migrate(database, migrations);
    return ok(database);
  });
}

/** A connection that is closed again when `use` throws; what the file or the disk threw is a fault of `path`. */
function opening<Value>(
  file: string,
  path: string,
  use: (database: Database) => Result<Value>,
): Result<Value> {
  let database: Database | undefined;
  try {
    database = connect(file, 'write');
    return use(database);
  } catch (error) {
    database?.close();
    return databaseFault(error, path);
  }
}

function migrate(database: Database, migrations: readonly string[]): void {
  const first = pragma(database, 'user_version');
  migrations.slice(first).forEach((migration, index) => {
    inTransaction(database, () => {
      database.exec(migration);
      database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${first + index + 1}`);
    });
  });
}

/**
 * Looks at what is there without changing a byte of it. Fails as `openDatabase` does.
 *
 * @param known the newest version that can be read
 * @param whole whether it is read through however large it is
 */
export function inspectDatabase(
  path: string,
  known: number,
  whole = sizeOf(path) <= alwaysCheckedSize,
): Result<void> {
  const head = readHead(path);
  if (!head.subarray(0, magic.length).equals(magic)) {
    return fail('records-corrupt', { path }, 'not an SQLite database');
  }
  const present = companions.filter((suffix) => existsSync(path + suffix));
  const mode = quietMode(path);
  let database: Database | undefined;
  let found: Result<void>;
  try {
    database = connect(path, mode);
    found = check(database, path, { known, whole });
  } catch (error) {
    found = databaseFault(error, path);
  } finally {
    database?.close();
  }
  if (!found.ok) {
    for (const suffix of companions) if (!present.includes(suffix)) rmSync(path + suffix, { force: true });
  }
  return found;
}

/** How a database is read without a file being made beside it: with none there nobody has it open, and everything is in the one. */
export function quietMode(path: string): 'read' | 'read-only-medium' {
  return companions.some((suffix) => existsSync(path + suffix)) ? 'read' : 'read-only-medium';
}

function check(
  database: Database,
  path: string,
  { known, whole }: { known: number; whole: boolean },
): Result<void> {
  const version = pragma(database, 'user_version');
  if (pragma(database, 'application_id') !== applicationId || version === 0) {
    return fail('records-corrupt', { path }, 'a database of another program');
  }
  if (version > known) return fail('records-newer', { path, found: version, known });
  if (whole) {
    const said = readValues(database, 'SELECT quick_check FROM pragma_quick_check LIMIT 5').join('; ');
    if (said !== 'ok') return fail('records-corrupt', { path }, said);
  }
  return ok();
}

function pragma(database: Database, name: 'user_version' | 'application_id'): number {
  return Number(readValues(database, `SELECT ${name} FROM pragma_${name}`)[0]);
}

function readHead(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(100);
    return head.subarray(0, readSync(file, head, 0, head.length, 0));
  } finally {
    closeSync(file);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
