import { createWriteStream } from 'node:fs';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import yauzl from 'yauzl';

const typeMask = 0o170000;
const symbolicLink = 0o120000;

/**
 * Unpacks a zip as a stream, file by file, with permissions and symbolic links.
 * @param {string} archive
 * @param {string} target
 * @param {(name: string) => string | undefined} place where below the target an entry goes; undefined
 *   leaves it out
 * @returns {Promise<number>} how many files were written
 */
export async function unzip(archive, target, place) {
  const zip = await yauzl.openPromise(archive);
  let count = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      const path = place(entry.fileName);
      if (path === undefined || entry.fileName.endsWith('/')) continue;
      const file = join(target, path);
      await mkdir(dirname(file), { recursive: true });
      const mode = entry.externalFileAttributes >>> 16;
      const content = await zip.openReadStreamPromise(entry);
      if ((mode & typeMask) === symbolicLink) {
        await symlink(await text(content), file);
      } else {
        await pipeline(content, createWriteStream(file));
        await chmod(file, (mode & 0o777) | 0o644);
      }
      count += 1;
    }
  } finally {
    if (zip.isOpen) zip.close();
  }
  return count;
}
