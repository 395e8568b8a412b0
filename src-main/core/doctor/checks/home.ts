import { constants } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fine, problem, type Check, type Finding } from '../check.js';
import { shellWord } from '../../shell-words.js';
import type { Machine } from '../machine.js';

/** Whether the station can keep its things in its home. */
export const homeFolder: Check = {
  name: 'home',
  async look(machine) {
    const path = machine.home;
    const found = await firstThere(machine, path);
    if (found.is === 'other') return problem('home.no-folder', { path: found.path });
    if (found.is === 'closed') return problem('home.closed', { path });
    const refusal = await machine.whyNot(found.path, constants.R_OK | constants.W_OK | constants.X_OK);
    if (refusal !== null) return unwritable(machine, found.path, refusal);
    return found.path === path ? fine('home.ready', { path }) : fine('home.not-made-yet', { path });
  },
};

/** The path itself, or the nearest above it that exists; `closed` when a folder on the way is closed to this user. */
async function firstThere(
  machine: Machine,
  path: string,
): Promise<{ path: string; is: 'folder' | 'other' | 'closed' }> {
  const code = await machine.whyNot(path, constants.F_OK);
  const above = dirname(path);
  if (code === 'EACCES') return { path, is: 'closed' };
  if (code !== null && above !== path) return firstThere(machine, above);
  return { path, is: (await stat(path)).isDirectory() ? 'folder' : 'other' };
}

function unwritable(machine: Machine, folder: string, code: string): Finding {
  // Not the folder above a home that is to be made: that belongs to somebody else for a reason.
  const mayChange = code === 'EACCES' && folder === machine.home && machine.platform !== 'win32';
  const command = mayChange ? `sudo chown -R "$USER": ${shellWord(folder)}` : undefined;
  return problem('home.unwritable', { path: folder, code }, command);
}
