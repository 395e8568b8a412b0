import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { ArchiveBroken, openArchive } from './open-archive.js';

/** 3000 times `a`, by `zstd`. */
const zstd = Buffer.from('KLUv/WS4Ck0AABBhYQEAs/MBFuEOCZY=', 'base64');
const plain = 'a'.repeat(3000);

let folder: ReturnType<typeof createTemporaryFolder>;
let path: string | undefined;

beforeEach(() => {
  folder = createTemporaryFolder();
  path = process.env['PATH'];
  process.env['PATH'] = folder.path;
});
afterEach(() => {
  if (path === undefined) delete process.env['PATH'];
  else process.env['PATH'] = path;
  folder.dispose();
});

function write(content: Buffer): string {
  const file = join(folder.path, 'archive');
  writeFileSync(file, content);
  return file;
}

describe('a compressed archive on a machine without the program for it', () => {
  it('is read all the same when it is zstd', async () => {
    const opened = await openArchive(write(zstd));
    if (!opened.ok) throw new Error(opened.error.code);
    expect(opened.value.compression).toBe('zstd');
    expect((await buffer(opened.value.content)).toString()).toBe(plain);
    await opened.value.close();
  });

  it('is broken when it is zstd that is cut off or damaged', async () => {
    const damaged = Buffer.from(zstd);
    damaged.fill(0xff, 4, 8);
    for (const content of [zstd.subarray(0, zstd.length - 6), damaged]) {
      const opened = await openArchive(write(content));
      if (!opened.ok) throw new Error(opened.error.code);
      await expect(buffer(opened.value.content)).rejects.toBeInstanceOf(ArchiveBroken);
      await opened.value.close();
    }
  });

  it.each([
    ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04]],
    ['bzip2', [0x42, 0x5a, 0x68, 0x39]],
  ])('is refused when it is %s, and the program is named', async (program, magic) => {
    expect(await openArchive(write(Buffer.from(magic)))).toMatchObject({
      ok: false,
      error: { code: 'archive-tool-missing', params: { program } },
    });
  });

  it('is a file that is there, and no folder', async () => {
    for (const file of [join(folder.path, 'none'), folder.path]) {
      expect(await openArchive(file)).toMatchObject({ error: { code: 'archive-missing' } });
    }
  });
});
