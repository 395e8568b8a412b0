import { randomBytes } from 'node:crypto';
import { link, open, realpath, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isSystemError, saysAbsent } from '../ports/system-error.js';

/**
 * Replaces a file's content in one step: whoever reads it, also after a loss of power, sees the old content
 * or the new, whole. Keeps the mode of a file that is there; a new one gets `mode`. A symbolic link stays
 * one. Rejects with the system's error.
 */
export async function replaceFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const target = await targetOf(path);
  const temporary = await writeBeside(target.path, content, target.mode ?? mode);
  await undoneOnFailure(temporary, () => rename(temporary, target.path));
  await syncFolder(dirname(target.path));
}

/**
 * Creates a file with its whole content, unless one is there: `false` then. Of several that try at once
 * one succeeds. Rejects with the system's error.
 */
export async function createFile(path: string, content: string | Uint8Array, mode: number): Promise<boolean> {
  const temporary = await writeBeside(path, content, mode);
  const created = await undoneOnFailure(temporary, () => linkOrWrite(temporary, path, content, mode));
  await unlink(temporary);
  if (created) await syncFolder(dirname(path));
  return created;
}

async function linkOrWrite(
  from: string,
  to: string,
  content: string | Uint8Array,
  mode: number,
): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(error.code)) throw error;
  }
  // A file system without hard links (exFAT, some network drives): not whole at once, but still only one.
  try {
    await writeFile(to, content, { flag: 'wx', mode, flush: true });
    return true;
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function targetOf(path: string): Promise<{ path: string; mode?: number }> {
  try {
    const real = await realpath(path);
    return { path: real, mode: (await stat(real)).mode & 0o777 };
  } catch (error) {
    if (!saysAbsent(error)) throw error;
    return { path };
  }
}

async function writeBeside(path: string, content: string | Uint8Array, mode: number): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx', mode);
  await undoneOnFailure(temporary, async () => {
    try {
      await file.writeFile(content);
      // The mode above is subject to the umask; a file that was there keeps exactly its own.
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
  });
  return temporary;
}

async function undoneOnFailure<Value>(temporary: string, attempt: () => Promise<Value>): Promise<Value> {
  try {
    return await attempt();
  } catch (error) {
    await unlink(temporary);
    throw error;
  }
}

/** Makes the folder's entries durable. Windows cannot, and need not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
