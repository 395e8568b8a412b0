import { join } from 'node:path';
import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';
import { createEmitter } from '../emitter.js';
import { createAttachments, type Description, type Sighting } from './attachments.js';
import { createBackOff } from './back-off.js';
import { createFolderWatches, type ConcernsUs, type OpenWatch } from './folder-watches.js';
import { createPortRoster } from './port-roster.js';
import type { PortEvent, PortSource } from './port-source.js';
import { isSystemError, saysAbsent, watchFault } from './system-error.js';

/** How often a source looks even though no watch said anything, in ms: the system may drop events. */
export const SAFETY_LOOK_EVERY = 5000;

/** While folders come and go under our eyes, a look begins anew at most so many times. */
const MOST_PLANS_A_LOOK = 10;

/** When a node was replaced while its facts were read, the next look comes after so many ms. */
const LOOK_AFTER_CHANGE = 10;

/** `ttyUSB10` comes after `ttyUSB9`. */
const byName = new Intl.Collator('en', { numeric: true });

/** Where to look for ports now. */
export interface WatchPlan {
  /** The folders to watch, and which of their entries matter. */
  folders: Map<string, ConcernsUs>;
  /** What may be ports. */
  paths: string[];
}

/** The part that differs between the watched sources. What it throws is what the system said. */
export interface WatchedPlaces {
  plan(): Promise<WatchPlan>;
  /** What is at a path now, cheaply; `null` when no port is. */
  sight(path: string): Promise<Sighting | null>;
  /** The facts of a new port; `complete` is false while the system is still setting it up. */
  describe(path: string, sighting: Sighting): Promise<Description>;
}

export interface WatchedSourceOptions {
  name: string;
  /** What a fault names when the system named no path. */
  root: string;
  places: WatchedPlaces;
  clock: Clock;
  openWatch: OpenWatch;
}

/**
 * A source that lives from watched folders. Every event that concerns it leads to a look at all its
 * places: a look costs a few calls a port, and what it sees is the truth, whatever events were lost.
 * Looks never overlap. A watch that fails is opened again with back-off; until then the safety looks go
 * on finding ports, only later.
 */
export function createWatchedPortSource(options: WatchedSourceOptions): PortSource {
  const { name, root, places, clock } = options;
  const events = createEmitter<PortEvent>();
  const roster = createPortRoster(name, events, clock);
  const attachments = createAttachments(roster, clock);
  let disposed = false;
  let looking: Promise<void> | null = null;
  let requests = 0;
  let safetyLook: SyncDisposable | null = null;
  let nextLook: SyncDisposable | null = null;
  const isDisposed = (): boolean => disposed;

  const watches = createFolderWatches(options.openWatch, {
    entry(kind, folder, entryName) {
      const path = entryName === null ? null : join(folder, entryName);
      // Writes and reads show as `change`; so does a node that is given its mode while its facts are awaited.
      if (kind === 'change' && (path === null || !attachments.awaits(path))) return;
      attachments.noteRenamed(path);
      requestLook();
    },
    failed: (folder, error) => tryLater(folder, error),
  });

  const backOff = createBackOff(clock, () => requestLook());

  const tryLater = (path: string, error: unknown): void => {
    roster.report(watchFault(path, error));
    backOff.schedule();
  };

  /** Opens the watches that are missing, unless one has just failed, and says where to look. */
  const planAndWatch = async (): Promise<WatchPlan> => {
    for (let plans = 1; ; plans++) {
      const plan = await places.plan();
      if (disposed || backOff.waiting) return plan;
      const synced = watches.sync(plan.folders);
      if (typeof synced === 'object') {
        tryLater(synced.failed, synced.error);
        return plan;
      }
      // What happened between the plan and the opening of the watch is seen by one more plan.
      if (synced === 'same' || plans === MOST_PLANS_A_LOOK) return plan;
    }
  };

  /** Answers in how many ms the next look is needed; `null` when only an event can bring news. */
  const lookOnce = async (): Promise<number | null> => {
    const failures: unknown[] = [];
    /** What the system says of one path; `undefined` when it says only what goes wrong. */
    const ask = async <Answer>(question: () => Promise<Answer>): Promise<Answer | null | undefined> => {
      try {
        return await question();
      } catch (error) {
        if (saysAbsent(error)) return null;
        failures.push(error);
        return undefined;
      }
    };

    // A watch that does not stand may have missed a node being made anew.
    if (watches.folders.length === 0) attachments.noteRenamed(null);
    let planned: string[] = [];
    try {
      planned = (await planAndWatch()).paths;
    } catch (error) {
      failures.push(error);
    }
    attachments.beginLook();
    // In the order of their names, so that new bays are numbered as a person would.
    const paths = [...new Set([...planned, ...attachments.paths()])].sort(byName.compare);
    const seen = await Promise.all(
      paths.map(async (path) => ({ path, sighting: await ask(() => places.sight(path)) })),
    );
    if (isDisposed()) return null;
    // Everything that is gone goes first: a device that comes back under another name is one detach, one attach.
    const fresh = seen.flatMap(({ path, sighting }) =>
      sighting !== undefined && attachments.part(path, sighting) && sighting !== null
        ? [{ path, sighting }]
        : [],
    );
    const described = await Promise.all(
      fresh.map(async ({ path, sighting }) => {
        const description = await ask(() => places.describe(path, sighting));
        // The node may have been replaced while its facts were read; they count only if it was not.
        const still = await ask(() => places.sight(path));
        return { path, sighting, description, still };
      }),
    );
    if (isDisposed()) return null;
    let someChanged = false;
    for (const { path, sighting, description, still } of described) {
      if (description && still && sameStamp(still, sighting)) attachments.join(path, sighting, description);
      else if (description !== undefined && still !== undefined) someChanged = true;
    }
    if (failures.length > 0) {
      const [failure] = failures;
      tryLater((isSystemError(failure) ? failure.path : undefined) ?? root, failure);
    } else if (!backOff.waiting) {
      roster.report(null);
    }
    return someChanged ? LOOK_AFTER_CHANGE : attachments.nextLookIn();
  };

  const look = async (): Promise<void> => {
    let wait: number | null;
    let served: number;
    do {
      served = requests;
      wait = await lookOnce();
    } while (served !== requests && !isDisposed());
    looking = null;
    if (isDisposed()) return;
    nextLook?.dispose();
    nextLook = wait === null ? null : clock.after(wait, requestLook);
  };

  function requestLook(): void {
    if (disposed) return;
    requests++;
    looking ??= look();
  }

  const lookForSafety = (): void => {
    // One undisturbed interval is what "it works again" means for the next wait.
    if (!roster.faulty) backOff.reset();
    requestLook();
    safetyLook = clock.after(SAFETY_LOOK_EVERY, lookForSafety);
  };

  return {
    events,
    async start() {
      lookForSafety();
      await looking;
    },
    list: () => roster.list(),
    dispose() {
      disposed = true;
      watches.dispose();
      backOff.dispose();
      safetyLook?.dispose();
      nextLook?.dispose();
    },
  };
}

function sameStamp(one: Sighting, other: Sighting): boolean {
  return (
    one.node === other.node &&
    one.stamp.lasting === other.stamp.lasting &&
    one.stamp.touched === other.stamp.touched
  );
}
