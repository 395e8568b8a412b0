import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removalSchema, type Removal } from '../../../src-shared/model/cleanup.js';
import { replaceFile } from '../files/atomic-file.js';
import { isSystemError } from '../ports/system-error.js';

/** The file of a home that says what was removed: one JSON object a line. */
export const removalsFile = 'removals.log';

/** Once it is longer than this, in bytes, its older half goes. */
const mostBytes = 1024 ** 2;

/** What was removed, when and by whom. History for a person: a disk that refuses it keeps nothing from being done. */
export interface Removals {
  note(removals: readonly Removal[]): Promise<void>;
  /** Newest first. */
  last(count: number): Promise<Removal[]>;
}

export function createRemovals(home: string): Removals {
  const path = join(home, removalsFile);
  return {
    async note(removals) {
      if (removals.length === 0) return;
      try {
        await appendFile(path, removals.map((removal) => `${JSON.stringify(removal)}\n`).join(''), {
          mode: 0o600,
        });
        const content = await readFile(path, 'utf8');
        if (content.length <= mostBytes) return;
        const lines = content.split('\n');
        await replaceFile(path, lines.slice(lines.length >> 1).join('\n'), 0o600);
      } catch (error) {
        if (!isSystemError(error)) throw error;
      }
    },
    last: (count) => readRemovals(home, count),
  };
}

/** The last removals of a home, newest first. A line that was damaged is left out. */
export async function readRemovals(home: string, count: number): Promise<Removal[]> {
  try {
    const content = await readFile(join(home, removalsFile), 'utf8');
    const lines = content.split('\n').filter((line) => line !== '');
    return lines.slice(-count).reverse().flatMap(parse);
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

function parse(line: string): Removal[] {
  try {
    const parsed = removalSchema.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
