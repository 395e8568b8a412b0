import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { createSha256, sha256Of, sha256OfFile } from './sha256.js';

// `printf abc | sha256sum`
const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('a SHA-256', () => {
  let folder: ReturnType<typeof createTemporaryFolder>;
  let file: string;
  beforeEach(async () => {
    folder = createTemporaryFolder();
    file = join(folder.path, 'abc');
    await writeFile(file, 'abc');
  });
  afterEach(() => folder.dispose());

  it('is the same of the whole and of its pieces', () => {
    const hash = createSha256();
    hash.update('a');
    hash.update(Buffer.from('bc'));
    expect(hash.digest()).toBe(abc);
    expect(sha256Of('abc')).toBe(abc);
  });

  it('is made of a file while it is read, and tells how much was', async () => {
    const counts: number[] = [];
    expect(await sha256OfFile(file, { onBytes: (count) => counts.push(count) })).toBe(abc);
    expect(counts).toEqual([3]);
  });

  it('stops reading when it is told to', async () => {
    await expect(sha256OfFile(file, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});
