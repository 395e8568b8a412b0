import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isSystemError } from '../ports/system-error.js';
import type { Result } from '../../../src-shared/model/result.js';

/** The system's code (`ENOENT`, `EACCES` …), or `not-a-file` for a folder, a pipe or a device. */
export type Unreadable = string;

/** Reads a regular file, at most `limit` bytes and one more, so that the caller sees that there is more. */
export async function readBoundedFile(path: string, limit: number): Promise<Result<Uint8Array, Unreadable>> {
  try {
    // Without O_NONBLOCK a named pipe that nobody writes to would hold the opening for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) return { ok: false, error: 'not-a-file' };
      const buffer = new Uint8Array(limit + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
        length += bytesRead;
        if (bytesRead === 0 || length === buffer.length)
          return { ok: true, value: buffer.subarray(0, length) };
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { ok: false, error: error.code };
  }
}
