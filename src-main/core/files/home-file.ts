import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { saysAbsent } from '../ports/system-error.js';
import { replaceFile } from './atomic-file.js';
import { readJsonFile } from './json-file.js';

/** The longest file that is read, in bytes. */
const longest = 4 * 1024 ** 2;

/** A small JSON file of the home, read anew each time: the command line writes it beside a station that runs. */
export interface HomeFile<Content> {
  /** What a file that is not there, cannot be read or says something else stands for is `empty`. */
  read(): Promise<Content>;
  /**
   * One change after the other. A file that cannot be read is put aside under a name of its own, not lost. Rejects with
   * the system's error.
   */
  change(next: (content: Content) => Content): Promise<void>;
}

export function createHomeFile<Content>(options: {
  path: string;
  schema: z.ZodType<Content>;
  empty: Content;
}): HomeFile<Content> {
  const { path, schema, empty } = options;
  let writing: Promise<void> = Promise.resolve();

  const readOrNone = (): Promise<Content | undefined> => readJsonFile(path, longest, schema);

  async function readToChange(): Promise<Content> {
    const content = await readOrNone();
    if (content !== undefined) return content;
    await putAside(path);
    return empty;
  }

  return {
    read: async () => (await readOrNone()) ?? empty,
    change(next) {
      const done = writing.then(async () => {
        const content = next(await readToChange());
        await mkdir(dirname(path), { recursive: true });
        await replaceFile(path, `${JSON.stringify(content, null, 2)}\n`, 0o600);
      });
      writing = done.catch(() => undefined);
      return done;
    },
  };
}

/** What somebody, or a newer station, wrote may be mended by hand; a file that is not there needs nothing. */
async function putAside(path: string): Promise<void> {
  try {
    await rename(path, `${path}.unreadable-${new Date().toISOString().replaceAll(':', '-')}`);
  } catch (error) {
    if (!saysAbsent(error)) throw error;
  }
}
