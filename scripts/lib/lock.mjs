import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { markOf, stillRuns } from './process.mjs';
import { say, Trouble } from './say.mjs';

/**
 * Reads who holds a lock; undefined when the file is missing or half written.
 * @param {string} file
 * @returns {import('./process.mjs').ProcessMark | undefined}
 */
function holderOf(file) {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value.pid === 'number' && typeof value.started === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Removes a dead process's lock. It is moved aside first and looked at again: had somebody else taken
 * the lock over in between, theirs is put back.
 * @param {string} file
 * @param {import('./process.mjs').ProcessMark} dead
 */
function takeAside(file, dead) {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return; // Somebody else was quicker: the next try for the lock shows who.
  }
  const found = holderOf(aside);
  if (found !== undefined && (found.pid !== dead.pid || found.started !== dead.started)) {
    try {
      linkSync(aside, file);
    } catch {
      // A third one has it by now; theirs stands.
    }
  }
  rmSync(aside, { force: true });
}

/**
 * Does the work while no other process does work under the same lock file. A lock whose holder has
 * died is taken over. Waits, and says once that it waits.
 * @template T
 * @param {string} file
 * @param {string} what what the other process is probably doing, for the line that says so
 * @param {() => Promise<T>} work
 * @param {{ timeoutMs?: number, log?: (line: string) => void }} [options] 15 minutes when left out
 * @returns {Promise<T>}
 */
export async function withLock(file, what, work, { timeoutMs = 900_000, log = say } = {}) {
  mkdirSync(dirname(file), { recursive: true });
  const own = JSON.stringify(markOf(process.pid) ?? { pid: process.pid, started: '' });
  const end = Date.now() + timeoutMs;
  let said = false;
  for (;;) {
    try {
      writeFileSync(file, own, { flag: 'wx' });
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = holderOf(file);
    if (holder !== undefined && !stillRuns(holder)) {
      takeAside(file, holder);
      continue;
    }
    if (!said) {
      log(`waiting for process ${holder?.pid ?? '?'}, which is ${what}`);
      said = true;
    }
    if (Date.now() >= end) {
      throw new Trouble(
        `Another process (${holder?.pid ?? 'unknown'}) has been ${what} for too long.\n` +
          `If none is, delete ${file} and try again.`,
      );
    }
    await sleep(250);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
