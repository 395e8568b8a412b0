import { constants } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.js';

/** Whether systemd started this machine; source: sd_booted(3). */
export async function runsSystemd({ roots, whyNot }: Pick<Machine, 'roots' | 'whyNot'>): Promise<boolean> {
  return (await whyNot(join(roots.run, 'systemd/system'), constants.F_OK)) === null;
}
