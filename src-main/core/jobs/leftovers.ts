import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname } from 'node:path';
import { isRunning } from '../config/process-identity.js';
import { answerOrNothing } from '../ports/system-error.js';
import type { Leftover } from './jobs.js';

/** What every temporary folder of a job is called, so that nothing else is ever taken for one. */
export const temporaryPrefix = 'slipway-job-';

/** Takes away what needs no engine; false where it could not, so that a later start tries again. */
export async function cleanHere(leftover: Exclude<Leftover, { type: 'layer' }>): Promise<boolean> {
  if (leftover.type === 'process') {
    killGroup(leftover.identity.pid, isRunning(leftover.identity));
    return true;
  }
  return removeFolder(leftover.path);
}

/** Ends a child that leads a process group of its own, with all that it started. */
function killGroup(pid: number, runs: boolean): void {
  if (!runs) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It ended in between.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/**
 * Unmounts what is mounted in a temporary folder of a job and removes it. A folder in which something stays
 * mounted is left alone: what is mounted there is the machine's own `/proc` or `/dev`.
 */
export async function removeFolder(path: string): Promise<boolean> {
  if (dirname(path) !== tmpdir() || !basename(path).startsWith(temporaryPrefix)) return false;
  for (const point of (await mountsBelow(path)).reverse()) await ended('umount', ['-l', point]);
  if ((await mountsBelow(path)).length > 0) return false;
  return (await ended('rm', ['-rf', '--one-file-system', '--', path])) === 0;
}

/** Where something is mounted at or below a folder, in the order of mounting. Only Linux has any. */
export async function mountsBelow(path: string): Promise<string[]> {
  const table = (await answerOrNothing(() => readFile('/proc/self/mountinfo', 'utf8'))) ?? '';
  return table
    .split('\n')
    .map((line) => unescaped(line.split(' ')[4] ?? ''))
    .filter((point) => point === path || point.startsWith(`${path}/`));
}

/** Blanks and the like are written `\040`: proc_pid_mountinfo(5). */
function unescaped(point: string): string {
  return point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

function ended(program: string, args: string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore' });
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
}
