import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { fail, ok, type Result } from '../../../../src-shared/model/result.js';
import { isSystemError } from '../../ports/system-error.js';
import type { FileFacts } from './blocks.js';

/** A file that is read from front to back, a block at a time. */
export interface SourceFile {
  readonly facts: FileFacts;
  /** Fills the buffer as far as the file reaches; how many bytes. `transfer-file-unreadable`. */
  read(into: Buffer): Promise<Result<number>>;
  close(): Promise<void>;
}

/** Opens a file to be sent: `transfer-file-unreadable` for what is not there, no file, or not to be read. */
export async function openSourceFile(path: string): Promise<Result<SourceFile>> {
  try {
    // Without O_NONBLOCK a named pipe that nobody writes to would hold the opening for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) {
      await file.close();
      return unreadable(path, 'notAFile');
    }
    let position = 0;
    return ok({
      facts: { name: basename(path), size: stats.size, changedAt: stats.mtimeMs },
      async read(into) {
        // What has been added since the length was told is not part of what is sent.
        const wanted = Math.min(into.length, stats.size - position);
        let length = 0;
        try {
          while (length < wanted) {
            const { bytesRead } = await file.read(into, length, wanted - length, position + length);
            if (bytesRead === 0) return unreadable(path, 'shortened');
            length += bytesRead;
          }
        } catch (error) {
          if (!isSystemError(error)) throw error;
          return unreadable(path, error.code);
        }
        position += length;
        return ok(length);
      },
      close: () => file.close(),
    });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return unreadable(path, error.code);
  }
}

function unreadable(path: string, reason: string): ReturnType<typeof fail> {
  return fail('transfer-file-unreadable', { path, reason });
}
