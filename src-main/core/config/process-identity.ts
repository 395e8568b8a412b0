import { readFileSync } from 'node:fs';
import { isSystemError } from '../ports/system-error.js';

/**
 * A process, told from another that got the same number later. `start` is the boot and the start time where
 * the system tells (Linux: /proc/<pid>/stat, field 22, in ticks since boot; see proc_pid_stat(5)), else empty.
 */
export interface ProcessIdentity {
  pid: number;
  start: string;
}

/** Null when no such process runs. One that has ended but is still listed (a zombie) does not run. */
export function identify(pid: number): ProcessIdentity | null {
  if (process.platform !== 'linux') return answersSignals(pid) ? { pid, start: '' } : null;
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The second field, the program's name, is in brackets and may hold anything, spaces and brackets too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  if (state === 'Z' || state === 'X') return null;
  const boot = readOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return { pid, start: `${boot.slice(0, 8)}-${fields[19] ?? ''}` };
}

/** Whether that very process runs now. */
export function isRunning({ pid, start }: ProcessIdentity): boolean {
  return identify(pid)?.start === start;
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return error.code === 'EPERM';
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return null;
  }
}
