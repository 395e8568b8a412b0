import type { Port } from '../../../src-shared/model/port.js';
import type { Clock } from '../clock.js';
import { identityOf, type NodeStamp } from './node-stamp.js';
import type { PortRoster } from './port-roster.js';

/** How long a new node may go without its facts and rights before it is reported as it is, in ms. */
const LONGEST_SETUP = 1000;
const SHORTEST_SETUP_LOOK = 10;
const LONGEST_SETUP_LOOK = 250;
/** How long the report of a removal may lag behind its effect, in ms. */
const REPORT_LAG = 100;

/** What a quick look at a path finds: the node behind it and what tells this making of it from another. */
export interface Sighting {
  node: string;
  kind: Port['kind'];
  stamp: NodeStamp;
}

/** The facts of a port; `complete` is false while the system is still setting it up. */
export type Description = { port: Omit<Port, 'identity'>; complete: boolean };

/** What is attached at which path, and whether what is seen there now is still the same. */
export interface Attachments {
  /** Paths that are attached or whose facts are awaited. */
  paths(): string[];
  /** Whether the facts of the node at the path are still awaited. */
  awaits(path: string): boolean;
  /** An entry of that path came, went or was renamed; `null` when any may have. */
  noteRenamed(path: string | null): void;
  /** Begins a look: only what was noted before it counts in it. */
  beginLook(): void;
  /** Detaches what is gone or was made anew; answers whether a port is to be described and attached. */
  part(path: string, sighting: Sighting | null): boolean;
  /** Attaches a described port, or goes on awaiting its facts. */
  join(path: string, sighting: Sighting, description: Description): void;
  /** In how many ms the next look is needed; `null` when only an event can bring news. */
  nextLookIn(): number | null;
}

export function createAttachments(roster: PortRoster, clock: Clock): Attachments {
  interface Known {
    sighting: Sighting;
    /** Since when the node looks touched although nothing told of a new one, ms since the epoch. */
    doubtedSince: number | null;
  }
  const known = new Map<string, Known>();
  const awaited = new Map<string, { lasting: string; since: number }>();
  let noted = { all: false, paths: new Set<string>() };
  let counting = noted;

  const isSame = (entry: Known, next: Sighting): boolean => {
    const { node, stamp } = entry.sighting;
    if (node !== next.node || stamp.lasting !== next.stamp.lasting) return false;
    if (stamp.touched === next.stamp.touched) {
      entry.doubtedSince = null;
      return true;
    }
    // The change time of a pseudo-terminal moves when it is made anew, and when its mode is changed, as
    // some flashers do. Only a new one shows as a renamed entry, maybe a moment later.
    if (counting.all || counting.paths.has(node)) return false;
    entry.doubtedSince ??= clock.now();
    if (clock.now() - entry.doubtedSince >= REPORT_LAG) {
      entry.sighting = next;
      entry.doubtedSince = null;
    }
    return true;
  };

  return {
    paths: () => [...known.keys(), ...awaited.keys()],
    awaits: (path) => awaited.has(path),
    noteRenamed(path) {
      if (path === null) noted.all = true;
      else noted.paths.add(path);
    },
    beginLook() {
      counting = noted;
      noted = { all: false, paths: new Set() };
    },
    part(path, sighting) {
      const entry = known.get(path);
      if (entry !== undefined) {
        if (sighting !== null && isSame(entry, sighting)) return false;
        known.delete(path);
        roster.detach(path);
      }
      if (sighting === null) awaited.delete(path);
      return sighting !== null;
    },
    join(path, sighting, { port, complete }) {
      const { lasting } = sighting.stamp;
      const before = awaited.get(path);
      const since = before?.lasting === lasting ? before.since : clock.now();
      if (!complete && clock.now() - since < LONGEST_SETUP) {
        awaited.set(path, { lasting, since });
        return;
      }
      awaited.delete(path);
      known.set(path, { sighting, doubtedSince: null });
      roster.attach({ ...port, identity: identityOf(sighting.stamp) });
    },
    nextLookIn() {
      const now = clock.now();
      const waits: number[] = [];
      for (const { since } of awaited.values()) {
        waits.push(Math.min(Math.max(now - since, SHORTEST_SETUP_LOOK), LONGEST_SETUP_LOOK));
      }
      for (const { doubtedSince } of known.values()) {
        if (doubtedSince !== null) waits.push(Math.max(doubtedSince + REPORT_LAG - now, SHORTEST_SETUP_LOOK));
      }
      return waits.length === 0 ? null : Math.min(...waits);
    },
  };
}
