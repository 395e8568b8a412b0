import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { isSystemError, saysAbsent } from '../ports/system-error.js';
import type { LogFile } from './plan.js';

const logName = /^([0-9A-Za-z-]{8,64})\.log$/;

/** The logs of runs, as files. Whatever else lies in their folder is not seen. */
export interface LogFiles {
  list(): Promise<LogFile[]>;
  /** False when it was gone already. Fails with `cleanup-file-refused`. */
  remove(runId: string): Promise<Result<boolean>>;
}

export function createLogFiles(folder: string): LogFiles {
  async function look(name: string): Promise<LogFile[]> {
    const [, runId] = logName.exec(name) ?? [];
    if (runId === undefined) return [];
    try {
      const found = await stat(join(folder, name));
      return found.isFile() ? [{ runId, bytes: found.size, at: Math.floor(found.mtimeMs) }] : [];
    } catch (error) {
      if (saysAbsent(error)) return [];
      throw error;
    }
  }

  return {
    async list() {
      try {
        const names = await readdir(folder);
        const files: LogFile[] = [];
        // A few at a time: years of runs are some hundred thousand files.
        for (let next = 0; next < names.length; next += 64) {
          files.push(...(await Promise.all(names.slice(next, next + 64).map(look))).flat());
        }
        return files;
      } catch (error) {
        if (isSystemError(error)) return [];
        throw error;
      }
    },
    async remove(runId) {
      const path = join(folder, `${runId}.log`);
      if (!logName.test(`${runId}.log`)) return ok(false);
      try {
        await rm(path);
        return ok(true);
      } catch (error) {
        if (saysAbsent(error)) return ok(false);
        if (!isSystemError(error)) throw error;
        return fail('cleanup-file-refused', { path, reason: error.code }, error.message);
      }
    },
  };
}
