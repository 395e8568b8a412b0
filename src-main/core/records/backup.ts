import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { ChainReport } from '../../../src-shared/model/chain.js';
import { askAside } from './ask-aside.js';
import { carryNumbers } from './carry-numbers.js';
import { copyAside, type LongWork } from './copy-aside.js';
import { migrations } from './migrations.js';
import { companions, inspectDatabase, quietMode } from './open-database.js';
import { fileFault } from './sqlite.js';
import { syncFolder } from './sync-folder.js';
import { verifyChain } from './verify-chain.js';

/** What a copy of the records holds. */
export interface BackupFacts {
  readonly runs: number;
  /** When its newest run began, in ms since the epoch; null without runs. */
  readonly newest: number | null;
  /** Bytes of the file. */
  readonly size: number;
  readonly chain: ChainReport;
}

/** A back-up can be followed, and stopped. Told is what it does now, and how far that is: rows of the copy, then records. */
export interface BackupWork extends Pick<LongWork, 'signal'> {
  onProgress?: ((step: 'copy' | 'check', done: number, total: number) => void) | undefined;
}

/** Asked anew each time: it changes while something is waited for. */
const isStopped = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

/**
 * Copies the records of a station, which may run meanwhile, also in this process, into one file: all that was committed
 * when it began. The file appears whole or not at all, also when it is stopped. The process goes on with its other work
 * meanwhile. `records-missing`, `target-exists`, `records-unwritable` ({path} of the copy), `records-corrupt`,
 * `archive-stopped`.
 */
export async function backUpRecords(
  path: string,
  target: string,
  { signal, onProgress }: BackupWork = {},
): Promise<Result<BackupFacts>> {
  if (!existsSync(path)) return fail('records-missing', { path });
  if (existsSync(target)) return fail('target-exists', { path: target });
  const making = `${target}.part`;
  try {
    rmSync(making, { force: true });
    const copied = await copyAside(path, making, {
      signal,
      onProgress: (done, total) => onProgress?.('copy', done, total),
    });
    if (!copied.ok) return copied;
    const checked = await checkBackup(making, { signal, onProgress });
    if (!checked.ok) return checked;
    await sync(making);
    if (isStopped(signal)) return fail('archive-stopped');
    // Somebody may have put a file there meanwhile; it is not ours to replace.
    if (existsSync(target)) return fail('target-exists', { path: target });
    renameSync(making, target);
    syncFolder(dirname(target));
    return checked;
  } catch (error) {
    return fileFault(error, target);
  } finally {
    rmSync(making, { force: true });
  }
}

/**
 * Looks at a copy through and through: is it whole, is it Slipway's, is every record as it was sealed?
 * `records-missing`, `records-corrupt`, `records-newer`, `archive-stopped`; problems of its chain are in the answer.
 */
export async function checkBackup(
  path: string,
  { signal, onProgress }: BackupWork = {},
): Promise<Result<BackupFacts>> {
  if (!existsSync(path)) return fail('records-missing', { path });
  const inspected = inspectDatabase(path, migrations.length, false);
  if (!inspected.ok) return inspected;
  if (isStopped(signal)) return fail('archive-stopped');
  const read = await askAside(path, quietMode(path), [
    'SELECT quick_check FROM pragma_quick_check LIMIT 5',
    'SELECT count(*) FROM runs',
    'SELECT max(started_at) FROM runs',
  ]);
  if (!read.ok) return read;
  const [said = [], [runs] = [], [newest = null] = []] = read.value;
  if (said.join('; ') !== 'ok') return fail('records-corrupt', { path }, said.join('; '));
  const chain = await verifyChain({
    path,
    onProgress: (done, total) => onProgress?.('check', done, total),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!chain.ok) return chain;
  if (isStopped(signal)) return fail('archive-stopped');
  const facts = { runs: Number(runs), newest: newest === null ? null : Number(newest) };
  return ok({ ...facts, size: statSync(path).size, chain: chain.value });
}

/**
 * Puts a copy in the place of the records. The copy is checked first, and whatever is wrong with it leaves all
 * as it is: `records-tampered` ({count, kind, run}) for a chain that does not hold. What was there is kept beside
 * it under the name that is returned (null when there was nothing). The caller has the home's lock. `archive-stopped` leaves
 * all as it was, too. Serial numbers that were handed out since the copy was made are taken over: see `carryNumbers`.
 */
export async function restoreRecords(
  backup: string,
  path: string,
  now: number,
  work: BackupWork = {},
): Promise<Result<{ facts: BackupFacts; kept: string | null }>> {
  const copied = await backUpRecordsOver(backup, `${path}.restored`, work);
  if (!copied.ok) return copied;
  const { chain } = copied.value;
  const making = `${path}.restored`;
  try {
    const [first] = chain.problems;
    if (first !== undefined && first.kind !== 'no-chain') {
      const { kind, run } = first;
      return fail('records-tampered', { path: backup, count: chain.problemCount, kind, run: run ?? '-' });
    }
    const carried = existsSync(path) ? carryNumbers(path, making) : ok(false);
    if (!carried.ok) return carried;
    const present = ['', ...companions].filter((suffix) => existsSync(path + suffix));
    const kept = `${path}.before-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`;
    for (const suffix of present) renameSync(path + suffix, kept + suffix);
    renameSync(making, path);
    syncFolder(dirname(path));
    return ok({ facts: copied.value, kept: present.length === 0 ? null : kept });
  } catch (error) {
    return fileFault(error, path);
  } finally {
    rmSync(making, { force: true });
  }
}

/** As `backUpRecords`, over what an earlier attempt left. */
async function backUpRecordsOver(
  path: string,
  target: string,
  work: BackupWork,
): Promise<Result<BackupFacts>> {
  const found = await checkBackup(path, work);
  if (!found.ok) return found;
  rmSync(target, { force: true });
  return backUpRecords(path, target, work);
}

/** On its way to the disk a large file takes seconds, which nobody has to wait for. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
