import type { Port } from '../../src-shared/model/port.js';
import type { StationFault } from '../../src-shared/model/station.js';
import type { Clock } from './clock.js';
import type { SyncDisposable } from './disposable.js';
import { createEmitter, type EventStream } from './emitter.js';
import { createPortSource } from './ports/create-port-source.js';
import type { PortEvent, PortSource } from './ports/port-source.js';
import { isStillThere } from './ports/still-there.js';
import { createSerialPorts } from './serial/create-serial-ports.js';
import type { StationOptions } from './station-api.js';

/** The station's view of its ports: the source that `station.yaml` asks for, exchanged when that changes. */
export interface PortWatch extends SyncDisposable {
  readonly events: EventStream<PortEvent>;
  start(): Promise<void>;
  list(): Port[];
  faults(): StationFault[];
  /** True while this very port is still there, looked at now. */
  isSame(port: Port): boolean;
  /** `virtualPorts` may have changed. */
  follow(): Promise<void>;
}

export function createPortWatch(watch: {
  options: StationOptions;
  clock: Clock;
  virtualPorts: () => readonly string[];
}): PortWatch {
  const { options, clock } = watch;
  const events = createEmitter<PortEvent>();
  const faults = new Map<string, StationFault>();
  let globs: readonly string[] = [];
  let source: PortSource | null = null;
  let subscription: SyncDisposable | null = null;

  const concernsUs = (port: Port): boolean =>
    options.onlyPort === undefined || port.path === options.onlyPort;

  function take(event: PortEvent): void {
    if (event.type === 'fault') {
      if (event.fault === null) faults.delete(event.source);
      else faults.set(event.source, { source: event.source, since: clock.now(), fault: event.fault });
    } else if (!concernsUs(event.port)) return;
    events.emit(event);
  }

  async function open(): Promise<void> {
    globs = options.onlyPort === undefined ? watch.virtualPorts() : [options.onlyPort];
    source = createPortSource({
      virtualPorts: globs,
      serialPorts: createSerialPorts(),
      clock,
      devRoot: options.devRoot,
      sysRoot: options.sysRoot,
    });
    subscription = source.events.subscribe(take);
    await source.start();
  }

  function close(): void {
    subscription?.dispose();
    source?.dispose();
    faults.clear();
  }

  const list = (): Port[] => (source?.list() ?? []).filter(concernsUs);

  return {
    events,
    list,
    start: open,
    faults: () => [...faults.values()],
    isSame(port) {
      const seen = list().some(({ path, identity }) => path === port.path && identity === port.identity);
      return seen && isStillThere(port);
    },
    async follow() {
      if (options.onlyPort !== undefined || sameItems(globs, watch.virtualPorts())) return;
      const before = list();
      close();
      await open();
      const still = new Set(list().map(({ identity }) => identity));
      for (const port of before) {
        if (!still.has(port.identity)) events.emit({ type: 'detached', port, at: clock.now() });
      }
    },
    dispose: close,
  };
}

function sameItems(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
