import { ok, type Result } from '../../../src-shared/model/result.js';
import { connect, databaseFault, readValues, type Database } from './sqlite.js';

/**
 * Takes the serial numbers that `from` has handed out over into `into`, which was checked before: a copy of the records
 * is older than the numbers that were given since, and those are on units. Says false where `from` is beyond reading
 * (whoever restores may do so for that very reason), or one of the two is from before there were numbers.
 * `records-unwritable`.
 */
export function carryNumbers(from: string, into: string): Result<boolean> {
  let database: Database | undefined;
  try {
    database = connect(into, 'write');
    database.exec(`ATTACH DATABASE '${from.replaceAll("'", "''")}' AS present`);
    if (!hasNumbers(database, 'main') || !hasNumbers(database, 'present')) return ok(false);
    database.exec(
      `INSERT OR IGNORE INTO main.allocations (range, number, run, at)
         SELECT range, number, run, at FROM present.allocations`,
    );
    return ok(true);
  } catch (error) {
    const problem = databaseFault(error, into);
    return !problem.ok && problem.error.code === 'records-corrupt' ? ok(false) : problem;
  } finally {
    database?.close();
  }
}

function hasNumbers(database: Database, schema: 'main' | 'present'): boolean {
  const found = readValues(database, `SELECT name FROM ${schema}.sqlite_master WHERE name = 'allocations'`);
  return found.length > 0;
}
