import type { Port } from '../../../src-shared/model/port.js';
import type { Fault } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import type { Emitter } from '../emitter.js';
import type { PortEvent } from './port-source.js';

/** The ports a source sees now, and the events that tell how they came to be that. */
export interface PortRoster {
  list(): Port[];
  get(path: string): Port | undefined;
  /** The port under its path from now on; one that was there before is detached first. */
  attach(port: Port): void;
  detach(path: string): void;
  /** The source's fault, `null` once it works; says nothing when that is no news. */
  report(fault: Fault | null): void;
  readonly faulty: boolean;
}

export function createPortRoster(source: string, events: Emitter<PortEvent>, clock: Clock): PortRoster {
  const ports = new Map<string, Port>();
  let present: Fault | null = null;

  const detach = (path: string): void => {
    const port = ports.get(path);
    if (port === undefined) return;
    ports.delete(path);
    events.emit({ type: 'detached', port, at: clock.now() });
  };

  return {
    list: () => [...ports.values()],
    get: (path) => ports.get(path),
    attach(port) {
      detach(port.path);
      ports.set(port.path, port);
      events.emit({ type: 'attached', port, at: clock.now() });
    },
    detach,
    report(fault) {
      if (describe(fault) === describe(present)) return;
      present = fault;
      events.emit({ type: 'fault', source, fault });
    },
    get faulty() {
      return present !== null;
    },
  };
}

function describe(fault: Fault | null): string {
  return JSON.stringify([fault?.code, fault?.params]);
}
