import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} ProcessMark a process told apart from a later one with the same id
 * @property {number} pid
 * @property {string} started when it started, as the kernel counts (empty where /proc is missing)
 */

/**
 * The mark of a process that runs now, or undefined when there is none (a zombie counts as none).
 * @param {number} pid
 * @returns {ProcessMark | undefined}
 */
export function markOf(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (process.platform !== 'linux') {
    try {
      process.kill(pid, 0);
      return { pid, started: '' };
    } catch (error) {
      const denied = error instanceof Error && 'code' in error && error.code === 'EPERM';
      return denied ? { pid, started: '' } : undefined;
    }
  }
  try {
    const fields = statOf(pid);
    if (fields[0] === 'Z') return undefined;
    return { pid, started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/**
 * What the kernel says of a process, from its state on (field 3 of proc_pid_stat(5)). Throws when there is none.
 * @param {number} pid
 */
export function statOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name in parentheses may hold anything, spaces and parentheses too: count from its end.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/**
 * Whether the very process of this mark still runs.
 * @param {ProcessMark} mark
 */
export function stillRuns(mark) {
  return markOf(mark.pid)?.started === mark.started;
}

/**
 * A process's command line, its words joined by spaces; empty when it cannot be read.
 * @param {number} pid
 */
export function commandLineOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/**
 * Waits until a process has gone.
 * @param {ProcessMark} mark
 * @param {number} timeoutMs
 * @returns {Promise<boolean>} false when it still runs after the time
 */
export async function waitUntilGone(mark, timeoutMs) {
  const end = Date.now() + timeoutMs;
  while (stillRuns(mark)) {
    if (Date.now() >= end) return false;
    await sleep(50);
  }
  return true;
}
