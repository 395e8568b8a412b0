import type { UsageMessage } from '../../../src-shared/model/container.js';
import { fault } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import type { Disposable, SyncDisposable } from '../disposable.js';
import type { Engine } from '../docker/engine.js';
import type { EventStream } from '../emitter.js';
import type { ContainerSource } from './container-source.js';
import { usageSince, type UsageCounters } from './usage.js';

/** How long to wait after the engine refused before it is asked again, in ms. */
const askAgain = 2000;

/** How much of the machine each bay's container uses. The engine is asked only while somebody listens. */
export interface UsageStreams extends Disposable {
  /** Tells the present state, then what is new, through the bay's containers to come. */
  follow(bay: number, listener: (message: UsageMessage) => void): SyncDisposable;
  /** Resolves when nothing is asked of the engine any more. */
  dispose(): Promise<void>;
}

export interface UsageStreamsOptions {
  source: Pick<ContainerSource, 'followUsage'>;
  engine: Pick<Engine, 'view' | 'changes' | 'containerEvents'>;
  /** The container of the run that a bay shows; null when it has none. */
  containerOf: (bay: number) => string | null;
  bayChanges: EventStream<{ bay: number }>;
  clock: Clock;
  onDefect: (error: unknown) => void;
}

/** One bay that somebody looks at. */
interface Followed {
  listeners: Set<{ tell: (message: UsageMessage) => void }>;
  last: UsageMessage | null;
  stop: () => void;
  stopped: Promise<void>;
}

export function createUsageStreams(options: UsageStreamsOptions): UsageStreams {
  const followed = new Map<number, Followed>();
  const stopping = new Set<Promise<void>>();

  function begin(bay: number): Followed {
    const controller = new AbortController();
    const entry: Followed = {
      listeners: new Set(),
      last: null,
      stop: () => controller.abort(),
      stopped: Promise.resolve(),
    };
    const tell = (message: UsageMessage): void => {
      if (controller.signal.aborted || isSame(entry.last, message)) return;
      entry.last = message;
      for (const listener of [...entry.listeners]) listener.tell(message);
    };
    // After this turn: whoever begins it is to listen before the first word.
    entry.stopped = Promise.resolve()
      .then(() => followBay(options, bay, controller.signal, tell))
      .catch(options.onDefect);
    followed.set(bay, entry);
    return entry;
  }

  function end(bay: number, entry: Followed): void {
    if (followed.get(bay) === entry) followed.delete(bay);
    entry.stop();
    stopping.add(entry.stopped);
    void entry.stopped.then(() => stopping.delete(entry.stopped));
  }

  return {
    follow(bay, listener) {
      const entry = followed.get(bay) ?? begin(bay);
      const mine = { tell: listener };
      entry.listeners.add(mine);
      if (entry.last !== null) listener(entry.last);
      return {
        dispose() {
          if (entry.listeners.delete(mine) && entry.listeners.size === 0) end(bay, entry);
        },
      };
    },
    async dispose() {
      for (const [bay, entry] of followed) end(bay, entry);
      await Promise.all(stopping);
    },
  };
}

function isSame(last: UsageMessage | null, message: UsageMessage): boolean {
  if (last === null || last.kind !== message.kind || message.kind === 'sample') return false;
  if (message.kind === 'stopped') return last.kind === 'stopped' && last.containerId === message.containerId;
  return message.kind === 'none' || (last.kind === 'unavailable' && last.fault.code === message.fault.code);
}

/** Follows one bay from container to container until the signal aborts. */
async function followBay(
  { source, engine, containerOf, bayChanges, clock }: UsageStreamsOptions,
  bay: number,
  signal: AbortSignal,
  tell: (message: UsageMessage) => void,
): Promise<void> {
  let current: string | null = null;
  let round = new AbortController();
  let isNew = false;
  let wake: () => void = () => undefined;
  const look = (): void => {
    isNew = true;
    wake();
  };
  const changed = (): void => {
    if (containerOf(bay) === current) return;
    round.abort();
    look();
  };
  const stop = (): void => {
    round.abort();
    look();
  };
  const subscriptions = [
    bayChanges.subscribe((event) => event.bay === bay && changed()),
    engine.changes.subscribe(look),
    engine.containerEvents.subscribe(({ containerId }) => containerId === current && look()),
  ];
  signal.addEventListener('abort', stop);

  const somethingNew = async (withinMs?: number): Promise<void> => {
    if (isNew || signal.aborted) return;
    const timer = withinMs === undefined ? undefined : clock.after(withinMs, look);
    await new Promise<void>((resolve) => (wake = resolve));
    timer?.dispose();
  };

  try {
    while (!signal.aborted) {
      isNew = false;
      round = new AbortController();
      const id = (current = containerOf(bay));
      if (engine.view.state !== 'ready') {
        tell({ kind: 'unavailable', fault: engine.view.fault ?? fault('engine-lost') });
        await somethingNew();
        continue;
      }
      if (id === null) {
        tell({ kind: 'none' });
        await somethingNew();
        continue;
      }
      let before: UsageCounters | null = null;
      const followed = await source.followUsage(id, {
        signal: round.signal,
        onCounters(now) {
          tell({ kind: 'sample', containerId: id, usage: usageSince(before, now) });
          before = now;
        },
      });
      if (round.signal.aborted) continue;
      if (followed.ok) tell({ kind: 'stopped', containerId: id });
      else if (followed.error.code === 'container-gone') tell({ kind: 'none' });
      else tell({ kind: 'unavailable', fault: followed.error });
      await somethingNew(followed.ok || followed.error.code === 'container-gone' ? undefined : askAgain);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    for (const subscription of subscriptions) subscription.dispose();
  }
}
