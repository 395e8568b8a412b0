import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import {
  consoleOptionsSchema,
  defaultConsoleOptions,
  type ConsoleOptions,
} from '../../../src-shared/model/console.js';
import { replaceFile } from '../files/atomic-file.js';
import { isSystemError, saysAbsent } from '../ports/system-error.js';

const fileSchema = z.record(z.string(), consoleOptionsSchema);

/** How each bay's console is set up, by the bay's physical path, in `consoles.json` of the home folder. */
export interface OptionsStore {
  of(physicalPath: string): ConsoleOptions;
  /** `config-unwritable`: what was set holds until the station stops. */
  set(physicalPath: string, options: ConsoleOptions): Promise<Result<void>>;
}

/** Reads the file. One that cannot be understood is kept beside it under another name, and defaults hold. */
export function createOptionsStore(home: string): OptionsStore {
  const path = join(home, 'consoles.json');
  const all = new Map(Object.entries(read(path)));
  let writing: Promise<unknown> = Promise.resolve();
  return {
    of: (physicalPath) => all.get(physicalPath) ?? defaultConsoleOptions,
    set(physicalPath, options) {
      all.set(physicalPath, options);
      const content = `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`;
      const written = writing.then(async (): Promise<Result<void>> => {
        try {
          await replaceFile(path, content, 0o644);
          return ok();
        } catch (error) {
          if (!isSystemError(error)) throw error;
          return fail('config-unwritable', { path, reason: error.code }, error.message);
        }
      });
      writing = written;
      return written;
    },
  };
}

function read(path: string): Record<string, ConsoleOptions> {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const parsed = fileSchema.safeParse(content);
    if (parsed.success) return parsed.data;
  } catch (error) {
    if (saysAbsent(error)) return {};
    if (!(error instanceof SyntaxError) && !isSystemError(error)) throw error;
    if (isSystemError(error)) return {};
  }
  try {
    renameSync(path, `${path}.unreadable`);
  } catch (error) {
    // It stays where it is until the next change replaces it: its content is settings, no results.
    if (!isSystemError(error)) throw error;
  }
  return {};
}
