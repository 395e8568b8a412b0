import { randomBytes } from 'node:crypto';
import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { fail, type Fault, type Result } from '../../../src-shared/model/result.js';
import { isSystemError, saysAbsent } from '../ports/system-error.js';
import { hostFault } from './host-fault.js';

/**
 * Makes something on the station that is there as a whole or not at all: `make` fills a place beside the target,
 * which takes the target's name once it is whole. Whatever fails, nothing of it stays. A folder never takes the
 * place of something else. Expected failures: `host-exists`, `host-missing` and what else the disk says, `make`'s.
 *
 * @param replace whether a file may take the place of a file
 */
export async function makeWhole<Value>(
  target: string,
  options: { kind: 'file' | 'folder'; replace: boolean },
  make: (place: string) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  if (!isAbsolute(target)) return fail('host-unusable', { path: target, reason: 'relative' });
  const taken = await isTaken(target, options);
  if (taken !== null) return { ok: false, error: taken };
  const place = join(
    dirname(target),
    `.${basename(target).slice(0, 200)}.${randomBytes(6).toString('hex')}.part`,
  );
  try {
    if (options.kind === 'folder') await mkdir(place, { mode: 0o755 });
    const made = await make(place);
    if (!made.ok) return made;
    const takenSince = await isTaken(target, options);
    if (takenSince !== null) return { ok: false, error: takenSince };
    await rename(place, target);
    return made;
  } catch (error) {
    return { ok: false, error: hostFault(error, target) };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function isTaken(
  target: string,
  { kind, replace }: { kind: 'file' | 'folder'; replace: boolean },
): Promise<Fault | null> {
  try {
    const there = await lstat(target);
    if (kind === 'file' && replace && !there.isDirectory()) return null;
    return { code: 'host-exists', params: { path: target } };
  } catch (error) {
    if (saysAbsent(error)) return null;
    if (isSystemError(error)) return hostFault(error, target);
    throw error;
  }
}
