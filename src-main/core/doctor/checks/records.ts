import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { saysAbsent } from '../../ports/system-error.js';
import { applicationId, migrations } from '../../records/migrations.js';
import { connect, databaseFault, readValues, type Database } from '../../records/sqlite.js';
import { fine, problem, type Check, type Finding } from '../check.js';
import { shellWord } from '../../shell-words.js';

/** Larger files, in bytes, are not read through: that takes seconds in which nothing else is done. */
const readThroughLimit = 64 * 1024 ** 2;
const readAndWrite = constants.R_OK | constants.W_OK;

/** Whether the records can be opened. Nothing is opened for writing, nothing is migrated, no file is made. */
export const recordsFile: Check = {
  name: 'records',
  async look({ home, whyNot }) {
    const path = join(home, 'records.db');
    const size = await sizeOf(path);
    if (size === null) {
      // Commits of a database that is gone: a new one is never made beside them.
      return (await hasCommits(path)) ? problem('records.gone', { path }) : fine('records.not-made-yet');
    }
    const code = (await whyNot(path, readAndWrite)) ?? (await whyNot(dirname(path), readAndWrite));
    if (code !== null) {
      const command = code === 'EACCES' ? `sudo chown -R "$USER": ${shellWord(home)}` : undefined;
      return problem('records.unwritable', { path, code }, command);
    }
    const damage = judgeHead(await readHead(path), path);
    if (damage !== null) return damage;
    // Commits beside it: somebody has it open, or was killed with it. Reading past them would see half of it.
    if (await hasCommits(path)) return fine('records.open', { path });
    if (size > readThroughLimit) return fine('records.large', { path });
    const found = readThrough(path);
    // A station that began to write meanwhile may have changed it under the reader.
    return (await hasCommits(path)) ? fine('records.open', { path }) : found;
  },
};

/** Whether commits wait in the file beside the database to be moved into it. */
async function hasCommits(path: string): Promise<boolean> {
  return ((await sizeOf(`${path}-wal`)) ?? 0) > 0;
}

/** Bytes, or null where there is no such file. */
async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (saysAbsent(error)) return null;
    throw error;
  }
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const head = Buffer.alloc(100);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The first 100 bytes of an SQLite file, https://sqlite.org/fileformat.html#the_database_header. */
function judgeHead(head: Buffer, path: string): Finding | null {
  const isSqlite = head.length === 100 && head.toString('latin1', 0, 16) === 'SQLite format 3\0';
  if (!isSqlite) return problem('records.corrupt', { path });
  const version = head.readUInt32BE(60);
  if (head.readUInt32BE(68) !== applicationId || version === 0) return problem('records.foreign', { path });
  return version > migrations.length
    ? problem('records.newer', { path, found: version, known: migrations.length })
    : null;
}

function readThrough(path: string): Finding {
  let database: Database | undefined;
  try {
    database = connect(path, 'read-only-medium');
    const said = readValues(database, 'SELECT quick_check FROM pragma_quick_check LIMIT 1').join();
    return said === 'ok' ? fine('records.ready', { path }) : problem('records.corrupt', { path });
  } catch (error) {
    const { error: fault } = databaseFault(error, path) as { error: { code: string; detail?: string } };
    return fault.code === 'records-corrupt'
      ? problem('records.corrupt', { path })
      : problem('records.unwritable', { path, code: fault.detail ?? fault.code });
  } finally {
    database?.close();
  }
}
