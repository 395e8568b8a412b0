import { stat, writeFile } from 'node:fs/promises';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { replaceFile } from '../files/atomic-file.js';
import { isSystemError, saysAbsent } from '../ports/system-error.js';

/**
 * Writes a report, over one that is there: whoever reads it, also on a disk that fills up, sees the old one or the new one
 * whole. What is no file (a pipe, `/dev/stdout`) is written to as it is. `target-unwritable`.
 */
export async function writeReport(file: string, report: string | Uint8Array): Promise<Result<void>> {
  try {
    if (await isPlain(file)) await replaceFile(file, report, 0o644);
    else await writeFile(file, report);
    return ok();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail('target-unwritable', { path: file }, error.message);
  }
}

async function isPlain(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch (error) {
    if (saysAbsent(error)) return true;
    throw error;
  }
}
