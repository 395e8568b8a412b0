import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { replaceFile } from './atomic-file.js';
import { readJsonFile } from './json-file.js';

/** The longest file that is read, in bytes. */
const longest = 4 * 1024 ** 2;

/** A small JSON file of the home, read anew each time: the command line writes it beside a station that runs. */
export interface HomeFile<Content> {
  /** What a file that is not there, cannot be read or says something else stands for is `empty`. */
  read(): Promise<Content>;
  /** One change after the other. Rejects with the system's error. */
  change(next: (content: Content) => Content): Promise<void>;
}

export function createHomeFile<Content>(options: {
  path: string;
  schema: z.ZodType<Content>;
  empty: Content;
}): HomeFile<Content> {
  const { path, schema, empty } = options;
  let writing: Promise<void> = Promise.resolve();

  const read = async (): Promise<Content> => (await readJsonFile(path, longest, schema)) ?? empty;

  return {
    read,
    change(next) {
      const done = writing.then(async () => {
        const content = next(await read());
        await mkdir(dirname(path), { recursive: true });
        await replaceFile(path, `${JSON.stringify(content, null, 2)}\n`, 0o600);
      });
      writing = done.catch(() => undefined);
      return done;
    },
  };
}
