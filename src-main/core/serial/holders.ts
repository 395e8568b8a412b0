import type { BigIntStats } from 'node:fs';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { answerOrNothing } from '../ports/system-error.js';

/** A process that has a device open. */
export interface Holder {
  pid: number;
  /** The name the kernel has of it, at most 15 characters (proc_pid_comm(5)). */
  name: string;
}

/**
 * The processes that have a device open, from `/proc/<pid>/fd`. A container's process opens the same
 * device through a node of its own, so devices are compared by their number, not by path. Processes that
 * this user may not look into are not found; neither are those that end meanwhile.
 */
export async function findHolders(device: BigIntStats, procRoot = '/proc'): Promise<Holder[]> {
  const holders: Holder[] = [];
  for (const pid of await entries(procRoot)) {
    if (!/^\d+$/.test(pid)) continue;
    if (!(await holds(join(procRoot, pid, 'fd'), device))) continue;
    const name = (await answerOrNothing(() => readFile(join(procRoot, pid, 'comm'), 'utf8'))) ?? '';
    holders.push({ pid: Number(pid), name: name.trim() });
  }
  return holders;
}

async function holds(folder: string, device: BigIntStats): Promise<boolean> {
  const links = (await entries(folder)).map((name) => join(folder, name));
  const found = await Promise.all(
    links.map(async (link) => {
      // Sockets, pipes and files are most of all; the name spares a look at each of them.
      const target = await answerOrNothing(() => readlink(link));
      if (target?.startsWith('/dev/') !== true) return false;
      const stats = await answerOrNothing(() => stat(link, { bigint: true }));
      return stats?.isCharacterDevice() === true && stats.rdev === device.rdev;
    }),
  );
  return found.includes(true);
}

async function entries(folder: string): Promise<string[]> {
  return (await answerOrNothing(() => readdir(folder))) ?? [];
}
