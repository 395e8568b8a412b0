import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeviceNodePath } from '../../ports/device-port-source.js';
import { isSystemError } from '../../ports/system-error.js';
import { fine, problem, warning, type Check } from '../check.js';

/**
 * Programs that open serial ports of their own accord. ModemManager sends AT commands to whatever could be a
 * modem, in the middle of a boot loader's prompt; brltty takes adapters that look like a Braille display (CH340,
 * CP210x), and their port vanishes.
 */
const grabbers: Readonly<Record<string, { name: string; command: string }>> = {
  ModemManager: { name: 'ModemManager', command: 'sudo systemctl disable --now ModemManager' },
  brltty: { name: 'brltty', command: 'sudo systemctl mask --now brltty.service brltty-udev.service' },
};

/** Whether one of them runs, and whether it holds a port now. */
export const portGrabbers: Check = {
  name: 'port-grabbers',
  platforms: ['linux'],
  async look({ roots }) {
    const processes = (await readdir(roots.proc)).filter((name) => /^\d+$/.test(name));
    // Mounted with `hidepid`, procfs shows a user only their own processes.
    if (!processes.includes('1')) return warning('port-grabbers.hidden');
    const found: { name: string; command: string; held: string | undefined }[] = [];
    for (const id of processes) {
      const comm = await orNothing(() => readFile(join(roots.proc, id, 'comm'), 'utf8'));
      const grabber = Object.hasOwn(grabbers, comm?.trim() ?? '') ? grabbers[comm?.trim() ?? ''] : undefined;
      if (grabber !== undefined) {
        found.push({ ...grabber, held: await heldPort(join(roots.proc, id, 'fd'), roots.dev) });
      }
    }
    const holder = found.find(({ held }) => held !== undefined);
    if (holder?.held !== undefined) {
      return problem('port-grabbers.holding', { program: holder.name, path: holder.held }, holder.command);
    }
    const [running] = found;
    if (running === undefined) return fine('port-grabbers.none');
    const names = [...new Set(found.map(({ name }) => name))].join(', ');
    const commands = [...new Set(found.map(({ command }) => command))].join(' && ');
    return warning('port-grabbers.running', { programs: names }, commands);
  },
};

/** A serial port among the open files of a process; only root may look at those of others. */
async function heldPort(folder: string, devRoot: string): Promise<string | undefined> {
  const names = (await orNothing(() => readdir(folder))) ?? [];
  const targets = await Promise.all(names.map((name) => orNothing(() => readlink(join(folder, name)))));
  return targets.find((target) => target !== undefined && isDeviceNodePath(target, devRoot));
}

/** A process ends while it is looked at, or is another user's. */
async function orNothing<Answer>(question: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await question();
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
