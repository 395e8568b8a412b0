import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../ports/system-error.js';
import type { Machine } from './machine.js';

/** Whether systemd started this machine; source: sd_booted(3). */
export async function runsSystemd({ roots }: Pick<Machine, 'roots'>): Promise<boolean> {
  try {
    await access(join(roots.run, 'systemd/system'));
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
