import { readdirSync, readFileSync, readlinkSync, statSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isSystemError } from '../ports/system-error.js';

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
 *
 * /proc is in memory: asked synchronously it answers in microseconds, a tenth of what the way through the
 * thread pool costs. Between processes everything else has its turn.
 */
export async function findHolders(device: BigIntStats, procRoot = '/proc'): Promise<Holder[]> {
  const holders: Holder[] = [];
  for (const pid of orNothing(() => readdirSync(procRoot)) ?? []) {
    if (!/^\d+$/.test(pid)) continue;
    await nextTurn();
    if (!holds(join(procRoot, pid, 'fd'), device)) continue;
    const name = orNothing(() => readFileSync(join(procRoot, pid, 'comm'), 'utf8')) ?? '';
    holders.push({ pid: Number(pid), name: name.trim() });
  }
  return holders;
}

function holds(folder: string, device: BigIntStats): boolean {
  return (orNothing(() => readdirSync(folder)) ?? []).some((name) => {
    const link = join(folder, name);
    // Sockets, pipes and files are most of all; the name spares a look at each of them.
    if (orNothing(() => readlinkSync(link))?.startsWith('/dev/') !== true) return false;
    const stats = orNothing(() => statSync(link, { bigint: true }));
    return stats?.isCharacterDevice() === true && stats.rdev === device.rdev;
  });
}

/** A process that ends, or belongs to another user, is one that tells nothing. */
function orNothing<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask();
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/**
 * Whether a process has the near end of some pseudo-terminal: QEMU, socat, a terminal's window. Such a one
 * plays devices, so that having a far end open, too, does not make it a user of it.
 */
export function playsDevices(pid: number, procRoot = '/proc'): boolean {
  const folder = join(procRoot, String(pid), 'fd');
  return (orNothing(() => readdirSync(folder)) ?? []).some((name) =>
    /^\/dev\/(pts\/)?ptmx$/.test(orNothing(() => readlinkSync(join(folder, name))) ?? ''),
  );
}
