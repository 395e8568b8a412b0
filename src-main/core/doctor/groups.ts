import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../ports/system-error.js';

export interface Group {
  name: string;
  id: number;
  /** User names; those of whom it is the first group are not listed. */
  members: string[];
}

/**
 * The machine's own groups, `/etc/group`; none where it cannot be read. Groups of a directory service are
 * not in it: a group that is not found says nothing.
 */
export async function readGroups(etcRoot: string): Promise<Group[]> {
  try {
    return parseGroups(await readFile(join(etcRoot, 'group'), 'utf8'));
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

/** Lines of `name:password:id:member,member` (group(5)); any other is passed over. */
export function parseGroups(text: string): Group[] {
  return text.split('\n').flatMap((line) => {
    const [name, , id, members] = line.trim().split(':');
    if (name === undefined || name === '' || id === undefined || !/^\d+$/.test(id)) return [];
    return [{ name, id: Number(id), members: (members ?? '').split(',').filter((member) => member !== '') }];
  });
}
