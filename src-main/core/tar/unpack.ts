import { chmod, copyFile, link, mkdir, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { isSystemError } from '../ports/system-error.js';
import { hostFault } from './host-fault.js';
import { readTar, TarError, writeNewFile, type TarHeader } from './read-tar.js';
import { safePath, staysInside } from './safe-path.js';

export interface Unpacked {
  files: number;
  folders: number;
  links: number;
  /** What was left out, by its name: devices, pipes, and links that lead out of the folder. */
  left: string[];
}

/**
 * Unpacks a tar into an empty folder of ours. Nothing of it gets out of that folder: names that lead elsewhere end
 * it (`file-name-refused`), links are made when all files are there, so that nothing is ever written through one,
 * and only those that stay inside. What may do more than its owner (setuid) may not any more. Expected failures
 * besides: `host-…` of the station's disk, `files-broken-off`. What it leaves after a failure is the caller's.
 */
export async function unpackTar(
  tar: Readable,
  folder: string,
  onBytes: (count: number) => void,
): Promise<Result<Unpacked>> {
  const done: Unpacked = { files: 0, folders: 0, links: 0, left: [] };
  const links: { steps: string[]; name: string; target: string }[] = [];
  const folders: { path: string; header: TarHeader }[] = [];
  let verdict: Result<void> = ok();
  try {
    await readTar(tar, {
      async each(header, content) {
        verdict = await take(header, content);
        return verdict.ok ? 'go-on' : 'stop';
      },
    });
    if (!verdict.ok) return verdict;
    for (const each of links) {
      if (!staysInside(each.steps, each.target)) {
        done.left.push(each.name);
        continue;
      }
      await symlink(each.target, join(folder, ...each.steps));
      done.links += 1;
    }
    // Last, since a folder may forbid to be written into; the innermost first.
    for (const { path, header } of folders.reverse()) {
      await chmod(path, folderMode(header));
      await utimes(path, header.mtime, header.mtime);
    }
    return ok(done);
  } catch (error) {
    if (isSystemError(error)) return { ok: false, error: hostFault(error, folder) };
    if (error instanceof TarError) return fail('files-broken-off', undefined, error.message);
    throw error;
  }

  async function take(header: TarHeader, content: AsyncIterable<Buffer>): Promise<Result<void>> {
    const steps = safePath(header.name);
    if (steps === null) return fail('file-name-refused', { name: header.name.slice(0, 300) });
    const path = join(folder, ...steps);
    if (header.type === 'directory') {
      await mkdir(path, { recursive: true, mode: 0o700 });
      if (steps.length > 0) folders.push({ path, header });
      done.folders += 1;
      return ok();
    }
    if (steps.length === 0) return fail('file-no-folder', { path: header.name });
    await mkdir(join(folder, ...steps.slice(0, -1)), { recursive: true, mode: 0o700 });
    switch (header.type) {
      case 'file':
      case 'contiguous-file':
        await writeNewFile(path, content, { mode: fileMode(header), onBytes });
        await finish(path, header);
        done.files += 1;
        return ok();
      case 'link': {
        const source = safePath(header.linkname ?? '/');
        if (source === null)
          return fail('file-name-refused', { name: (header.linkname ?? '').slice(0, 300) });
        await linkOrCopy(join(folder, ...source), path);
        done.files += 1;
        return ok();
      }
      case 'symlink':
        links.push({ steps, name: header.name, target: header.linkname ?? '' });
        return ok();
      default:
        done.left.push(header.name);
        return ok();
    }
  }
}

async function finish(path: string, header: TarHeader): Promise<void> {
  // The mode above is subject to the umask.
  await chmod(path, fileMode(header));
  await utimes(path, header.mtime, header.mtime);
}

/** Its owner can always read and write; nobody but them gets to write, and nothing runs as its owner. */
function fileMode({ mode }: TarHeader): number {
  return (mode & 0o755) | 0o600;
}

function folderMode({ mode }: TarHeader): number {
  return (mode & 0o755) | 0o700;
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // A file system without hard links.
    if (!isSystemError(error) || !['EPERM', 'ENOTSUP', 'EMLINK', 'ENOSYS'].includes(error.code)) throw error;
    await copyFile(from, to);
  }
}
