import type { Port } from '../../src-shared/model/port.js';
import type { Fault } from '../../src-shared/model/result.js';
import { createEmitter } from '../../src-main/core/emitter.js';
import type { PortEvent, PortSource } from '../../src-main/core/ports/port-source.js';

/** Ports that a test plugs in and out by hand. */
export interface FakePortSource extends PortSource {
  readonly listeners: number;
  readonly disposed: boolean;
  plug(port: Partial<Port> & { path: string }): Port;
  unplug(path: string): void;
  report(fault: Fault | null): void;
}

export function createFakePortSource(name = 'fake', now: () => number = () => 0): FakePortSource {
  const events = createEmitter<PortEvent>();
  const ports = new Map<string, Port>();
  let made = 0;
  let disposed = false;
  const source: FakePortSource = {
    events,
    get listeners() {
      return events.listeners;
    },
    get disposed() {
      return disposed;
    },
    start: () => Promise.resolve(),
    list: () => [...ports.values()],
    plug(facts) {
      source.unplug(facts.path);
      const port: Port = {
        node: facts.path,
        kind: 'device',
        physicalPath: `virtual:${facts.path}`,
        identity: `${name}-${made++}`,
        ...facts,
      };
      ports.set(port.path, port);
      events.emit({ type: 'attached', port, at: now() });
      return port;
    },
    unplug(path) {
      const port = ports.get(path);
      if (port === undefined) return;
      ports.delete(path);
      events.emit({ type: 'detached', port, at: now() });
    },
    report: (fault) => events.emit({ type: 'fault', source: name, fault }),
    dispose() {
      disposed = true;
    },
  };
  return source;
}
