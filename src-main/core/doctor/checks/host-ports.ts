import { readListeningPorts } from '../listening-ports.js';
import { fine, problem, warning, type Check } from '../check.js';

/** As many bays as a station is expected to have. */
const bays = 16;
/** How many ports after a bay's own are tried; see `bays/host-ports.ts`. */
const range = 200;
/** So many taken ports are named, not more. */
const mostNamed = 8;

/** Whether the panels get the ports of `ports.base`. A taken one is no harm: its bay gets the next that is free. */
export const hostPorts: Check = {
  name: 'host-ports',
  platforms: ['linux'],
  async look(machine) {
    const { config } = await machine.settings();
    if (config === null) return warning('unknown.no-settings');
    const base = config.portsBase;
    const last = Math.min(base + bays - 1, 65_535);
    const engine = await machine.engine();
    // Where the engine says nothing, panels of runs that go on count as others.
    const own = new Set(engine.ok ? engine.value.ownPorts : []);
    const listening = await readListeningPorts(machine.roots.proc);
    const isTaken = (port: number): boolean => listening.has(port) && !own.has(port);
    const taken = portsBetween(base, last).filter(isTaken);
    const params = { first: base, last };
    if (taken.length === 0) return fine('host-ports.free', params);
    const free = portsBetween(base, Math.min(last + range, 65_535)).filter((port) => !isTaken(port));
    if (free.length === 0) return problem('host-ports.none', params);
    const named = taken.slice(0, mostNamed).join(', ') + (taken.length > mostNamed ? ' …' : '');
    return warning('host-ports.taken', { ...params, count: taken.length, ports: named });
  },
};

function portsBetween(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
