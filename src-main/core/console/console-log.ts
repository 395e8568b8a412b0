import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail, fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import { isSystemError } from '../ports/system-error.js';

/** How much may wait for the disk, in bytes: three minutes of a line at 921600 baud. */
const mostWaiting = 16 * 1024 * 1024;

/** A file to which all that a port says is appended, byte for byte. */
export interface ConsoleLog {
  readonly path: string;
  /** Written so far by this log. */
  readonly bytes: number;
  /** In the order of the calls. The first failure ends the log and is told once. */
  append(bytes: Uint8Array): void;
  /** Resolves when everything is on its way to the disk and the file is closed. */
  close(): Promise<void>;
}

/** Opens a file for appending and makes its folder. `console-log-unwritable`. */
export async function openConsoleLog(options: {
  path: string;
  onFault: (fault: Fault) => void;
  onWritten: () => void;
}): Promise<Result<ConsoleLog>> {
  const { path, onFault, onWritten } = options;
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, flags, 0o644);
    if (!(await file.stat()).isFile()) {
      await file.close();
      return fail('console-log-unwritable', { path, reason: 'notAFile' });
    }
    let waiting: Uint8Array[] = [];
    let waitingBytes = 0;
    let written = 0;
    let isOver = false;
    let writing: Promise<void> | null = null;

    async function writeAll(): Promise<void> {
      while (waiting.length > 0 && !isOver) {
        const bytes = Buffer.concat(waiting);
        waiting = [];
        waitingBytes = 0;
        try {
          await file.appendFile(bytes);
          written += bytes.length;
          onWritten();
        } catch (error) {
          if (!isSystemError(error)) throw error;
          giveUp(fault('console-log-unwritable', { path, reason: error.code }, error.message));
        }
      }
      writing = null;
    }

    function giveUp(problem: Fault): void {
      isOver = true;
      waiting = [];
      onFault(problem);
    }

    return ok({
      path,
      get bytes() {
        return written;
      },
      append(bytes) {
        if (isOver) return;
        waiting.push(bytes);
        waitingBytes += bytes.length;
        if (waitingBytes > mostWaiting) {
          return giveUp(fault('console-log-unwritable', { path, reason: 'ETIMEDOUT' }));
        }
        writing ??= writeAll();
      },
      async close() {
        await writing;
        isOver = true;
        await file.close();
      },
    });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail('console-log-unwritable', { path, reason: error.code }, error.message);
  }
}
