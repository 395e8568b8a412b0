import { fault, type Fault } from '../../../src-shared/model/result.js';

/** A failure that the operating system reports, with the path it was about. */
export interface SystemError extends Error {
  code: string;
  path?: string;
}

/** Tells what the system refused from what is a bug of ours; only the first may be expected. */
export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;
}

/**
 * What the system says when there is nothing at a path: no entry, no folder on the way, a circle of
 * links, or a node whose device has just gone.
 */
export function saysAbsent(error: unknown): boolean {
  return isSystemError(error) && ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENODEV'].includes(error.code);
}

/** Whether the system refused for want of rights. */
export function saysForbidden(error: unknown): boolean {
  return isSystemError(error) && ['EACCES', 'EPERM'].includes(error.code);
}

/** For what may be missing for any reason the system has: its answer, or `undefined` when it refuses one. */
export async function answerOrNothing<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** `port-watch-failed` for what the system said; throws on what it cannot have said: that is a bug. */
export function watchFault(path: string, error: unknown): Fault {
  if (!isSystemError(error)) throw error;
  return fault('port-watch-failed', { path, reason: error.code }, error.message);
}
