import { createServer } from 'node:net';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';

/** How many ports after the bay's own are tried. */
const range = 200;

/** Which ports on 127.0.0.1 the bays publish their panels on: bay 1 on `base`, bay 2 on `base + 1`, …; else the next free one. */
export interface HostPorts {
  /** Takes a port for a bay; `refused` are those that the engine would not have. `container-port-taken` when none is left. */
  take(bay: number, refused: ReadonlySet<number>): Promise<Result<number>>;
  /** Notes a port that an adopted container holds. */
  note(bay: number, port: number): void;
  release(bay: number): void;
}

export function createHostPorts(base: () => number): HostPorts {
  const byBay = new Map<number, number>();
  return {
    async take(bay, refused) {
      const first = base() + bay - 1;
      const last = Math.min(first + range, 65_535);
      for (let port = first; port <= last; port += 1) {
        const ofAnother = [...byBay].some(([other, taken]) => other !== bay && taken === port);
        if (refused.has(port) || ofAnother || !(await isFree(port))) continue;
        byBay.set(bay, port);
        return ok(port);
      }
      return fail('container-port-taken', { first, last });
    },
    note: (bay, port) => void byBay.set(bay, port),
    release: (bay) => void byBay.delete(bay),
  };
}

/** A first look; the engine has the last word when the container starts. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
