import { access } from 'node:fs/promises';
import { isSystemError } from '../ports/system-error.js';

/**
 * The system's code (`EACCES`, `EROFS`, `ENOENT` …) for why this user may not use a path in a way, `null` when
 * it may. `mode` as for access(2). Only asked, never tried.
 */
export async function whyNot(path: string, mode: number): Promise<string | null> {
  try {
    await access(path, mode);
    return null;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return error.code;
  }
}
