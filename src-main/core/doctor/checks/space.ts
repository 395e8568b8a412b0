import { fine, mendable, problem, warning, type Check, type Finding } from '../check.js';
import type { Machine } from '../machine.js';
import { withEngine } from '../with-engine.js';

const megabyte = 1024 ** 2;
const gigabyte = 1024 ** 3;

interface Needs {
  /** With less than this free, in bytes, nothing can be flashed. */
  least: number;
  /** Below this it should be known. */
  comfortable: number;
}

/** Logs are some megabytes a run; no run begins when its record has no room. */
export const homeSpace: Check = {
  name: 'home-space',
  look: async (machine) =>
    withRetention(await judge(machine, machine.home, { least: 100 * megabyte, comfortable: gigabyte })),
};

/** It is read while flashing; room is wanted for the next image to flash. */
export const workspaceSpace: Check = {
  name: 'workspace-space',
  async look(machine) {
    const { config } = await machine.settings();
    if (config === null) return warning('unknown.no-settings');
    return judge(machine, config.workspace, { least: 0, comfortable: gigabyte });
  },
};

/** Images, and what containers write. */
export const engineSpace: Check = {
  name: 'engine-space',
  look: (machine) =>
    withEngine(machine, async ({ info }) => {
      const { rootFolder } = info;
      const isHere =
        (await machine.endpoint())?.connection.kind === 'socket' &&
        machine.platform === 'linux' &&
        !info.operatingSystem.includes('Docker Desktop');
      if (rootFolder === '' || !isHere) return warning('engine-space.elsewhere');
      return withRetention(
        await judge(machine, rootFolder, { least: 500 * megabyte, comfortable: 5 * gigabyte }),
      );
    }),
};

/** Where room is short, what the policy would remove anyway may go at once. */
function withRetention(found: Finding): Finding {
  return found.state === 'ok' ? found : mendable(found, 'apply-retention');
}

async function judge(machine: Machine, path: string, { least, comfortable }: Needs): Promise<Finding> {
  const { freeBytes, freeFiles, freeFilesPercent } = await machine.space(path);
  const free = { path, freeGb: rounded(freeBytes / gigabyte), neededGb: rounded(comfortable / gigabyte) };
  if (freeBytes < least) return problem('space.too-little', free);
  if (freeFiles !== null && freeFiles < 100 && least > 0)
    return problem('space.no-files', { path, freeFiles });
  if (freeBytes < comfortable) return warning('space.little', free);
  if (freeFiles !== null && freeFilesPercent !== null && freeFilesPercent < 5) {
    return warning('space.few-files', { path, freeFiles });
  }
  return fine('space.enough', free);
}

function rounded(value: number): number {
  return value < 10 ? Math.floor(value * 100) / 100 : Math.floor(value);
}
