import type { Port } from '../../../src-shared/model/port.js';
import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';
import { createEmitter } from '../emitter.js';
import type { PortEvent, PortSource } from './port-source.js';

/**
 * How long a port stays away before another name of it takes its place, in ms: when a node goes, the
 * sources say so one after the other, and a name that goes next must not show in between.
 */
const TAKE_OVER_AFTER = 250;

/**
 * Several sources as one stream. A port that two of them see, by its path or by its node, shows once: as
 * the first told it, and under the other name only once the first is gone and stays gone. Faults come
 * through under their own source's name. Starts and disposes the sources.
 */
export function createMergedPortSource(sources: readonly PortSource[], clock: Clock): PortSource {
  interface Entry {
    source: PortSource;
    port: Port;
    shown: boolean;
  }
  const events = createEmitter<PortEvent>();
  const entries = new Set<Entry>();
  let takeOver: SyncDisposable | null = null;

  const isHidden = ({ port }: Entry): boolean =>
    [...entries].some(
      ({ shown, port: other }) => shown && (other.path === port.path || other.node === port.node),
    );

  const show = (entry: Entry, at: number): void => {
    if (isHidden(entry)) return;
    entry.shown = true;
    events.emit({ type: 'attached', port: entry.port, at });
  };

  const hear = (source: PortSource, event: PortEvent): void => {
    if (event.type === 'fault') {
      events.emit(event);
    } else if (event.type === 'attached') {
      const entry = { source, port: event.port, shown: false };
      entries.add(entry);
      show(entry, event.at);
    } else {
      const entry = [...entries].find((one) => one.source === source && one.port.path === event.port.path);
      if (entry === undefined) return;
      entries.delete(entry);
      if (!entry.shown) return;
      events.emit(event);
      if ([...entries].some(({ shown }) => !shown)) takeOver ??= clock.after(TAKE_OVER_AFTER, showHidden);
    }
  };

  const showHidden = (): void => {
    takeOver = null;
    for (const entry of [...entries]) if (!entry.shown) show(entry, clock.now());
  };

  const subscriptions = sources.map((source) => source.events.subscribe((event) => hear(source, event)));

  return {
    events,
    async start() {
      await Promise.all(sources.map((source) => source.start()));
    },
    list: () => [...entries].filter(({ shown }) => shown).map(({ port }) => port),
    dispose() {
      takeOver?.dispose();
      for (const subscription of subscriptions) subscription.dispose();
      for (const source of sources) source.dispose();
    },
  };
}
