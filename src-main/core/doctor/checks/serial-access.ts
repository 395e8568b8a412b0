import { constants } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeviceNodePath } from '../../ports/device-port-source.js';
import { fine, problem, warning, type Check, type Finding } from '../check.js';
import { shellWord } from '../../shell-words.js';
import { readGroups, type Group } from '../groups.js';
import type { Machine } from '../machine.js';

/** Who owns serial ports: `dialout` on Debian and its like, which have the other one too; `uucp` on Arch and others. */
const usualGroups = ['dialout', 'uucp'];
const readAndWrite = constants.R_OK | constants.W_OK;

/** Whether this user may open the serial ports, by group, by an access list or by being root. */
export const serialAccess: Check = {
  name: 'serial-access',
  platforms: ['linux'],
  async look(machine) {
    const { dev } = machine.roots;
    const names = await readdir(dev);
    const ports = names.map((name) => join(dev, name)).filter((path) => isDeviceNodePath(path, dev));
    const groups = await readGroups(machine.roots.etc);
    if (ports.length === 0) return withoutPorts(machine, groups);
    const refusals = await Promise.all(ports.map((path) => machine.whyNot(path, readAndWrite)));
    // Another code is a port that has just gone.
    const first = ports.find((_, index) => ['EACCES', 'EPERM'].includes(refusals[index] ?? ''));
    if (first === undefined) return fine('serial-access.ready', { count: ports.length });
    const { gid } = await stat(first);
    const group = groups.find(({ id }) => id === gid) ?? usualGroup(groups);
    return refusal(machine.user, group, first);
  },
};

/** Nothing is plugged in, so only the usual group can be looked at. */
function withoutPorts({ user }: Machine, groups: Group[]): Finding {
  if (user.id === 0) return fine('serial-access.none-yet');
  const group = usualGroup(groups);
  if (group === undefined) return warning('serial-access.no-group');
  if (user.groups.includes(group.id)) return fine('serial-access.none-yet');
  // Only a warning: the person at the desktop may get the ports by an access list (udev's `uaccess`).
  return isMember(user, group)
    ? warning('serial-access.log-in-again', { group: group.name })
    : warning('serial-access.no-member', { group: group.name }, joinCommand(group.name));
}

function refusal(user: Machine['user'], group: Group | undefined, path: string): Finding {
  const name = group?.name ?? 'dialout';
  if (group !== undefined && isMember(user, group) && !user.groups.includes(group.id)) {
    return problem('serial-access.log-in-again', { group: name });
  }
  return problem('serial-access.refused', { path, group: name }, joinCommand(name));
}

function usualGroup(groups: Group[]): Group | undefined {
  return usualGroups.flatMap((usual) => groups.find(({ name }) => name === usual) ?? [])[0];
}

function isMember(user: Machine['user'], group: Group): boolean {
  return group.members.includes(user.name);
}

function joinCommand(group: string): string {
  return `sudo usermod -aG ${shellWord(group)} "$USER"`;
}
