import type { BayView } from '../../../src-shared/model/bay.js';
import type { Port } from '../../../src-shared/model/port.js';
import { fail, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { SyncDisposable } from '../disposable.js';
import { createEmitter, type EventStream } from '../emitter.js';
import { createBayController, type BayController, type BayParts } from './bay-controller.js';
import { createBayMachine } from './bay-machine.js';
import type { RunState } from './run-state.js';

/** A bay as `station.yaml` names it. */
export interface BayEntry {
  number: number;
  label: string;
  enabled: boolean;
}

export interface EndedRun {
  bay: number;
  run: RunState;
}

/** All bays of the station: which port belongs to which, and what concerns them all. */
export interface Bays {
  readonly changes: EventStream<{ bay: number }>;
  readonly verdicts: EventStream<EndedRun>;
  views(): BayView[];
  find(number: number): Result<BayController>;
  all(): BayController[];
  attach(port: Port): void;
  detach(port: Port): void;
  /** `station.yaml` changed: bays that are new there appear, labels and switches follow. */
  configure(entries: ReadonlyMap<string, BayEntry>): void;
  /** What keeps every bay from starting runs, or null. */
  setGate(fault: Fault | null): void;
  setAutomatic(on: boolean): void;
  /** The bay at a physical path; made when there is none. */
  at(physicalPath: string): BayController;
  /** Lets go of every bay; runs go on in their containers. */
  release(): Promise<void>;
}

export function createBays(options: {
  parts: BayParts;
  automatic: boolean;
  gate: Fault | null;
  /** A new place was seen: it gets this entry from now on. The lowest free number is handed in. */
  bind: (physicalPath: string, entry: BayEntry) => void;
  defaultLabel: (bay: number) => string;
}): Bays {
  const { parts, bind, defaultLabel } = options;
  const machine = createBayMachine(parts.times);
  const changes = createEmitter<{ bay: number }>();
  const verdicts = createEmitter<EndedRun>();
  const byPath = new Map<string, BayController>();
  const subscriptions: SyncDisposable[] = [
    parts.images.changes.subscribe(() => {
      for (const bay of byPath.values()) bay.recheckImage();
    }),
  ];
  let { automatic, gate } = options;

  function create(physicalPath: string, entry: BayEntry): BayController {
    const { number, label, enabled } = entry;
    const bay = createBayController({
      machine,
      place: { number, label, physicalPath },
      enabled,
      automatic,
      gate,
      parts,
    });
    subscriptions.push(
      bay.changes.subscribe(() => changes.emit({ bay: number })),
      bay.verdicts.subscribe((run) => verdicts.emit({ bay: number, run })),
    );
    byPath.set(physicalPath, bay);
    changes.emit({ bay: number });
    return bay;
  }

  function lowestFreeNumber(): number {
    const taken = new Set([...byPath.values()].map((bay) => bay.place.number));
    let number = 1;
    while (taken.has(number)) number += 1;
    return number;
  }

  function at(physicalPath: string): BayController {
    const known = byPath.get(physicalPath);
    if (known !== undefined) return known;
    const number = lowestFreeNumber();
    const entry = { number, label: defaultLabel(number), enabled: true };
    bind(physicalPath, entry);
    return create(physicalPath, entry);
  }

  const inOrder = (): BayController[] =>
    [...byPath.values()].sort((one, other) => one.place.number - other.place.number);

  return {
    changes,
    verdicts,
    views: () => inOrder().map((bay) => bay.view()),
    all: inOrder,
    find(number) {
      const bay = inOrder().find((one) => one.place.number === number);
      return bay === undefined ? fail('bay-unknown', { bay: number }) : { ok: true, value: bay };
    },
    attach: (port) => at(port.physicalPath).attach(port),
    detach: (port) => byPath.get(port.physicalPath)?.detach(port),
    configure(entries) {
      for (const [physicalPath, entry] of entries) {
        const bay = byPath.get(physicalPath);
        if (bay === undefined) create(physicalPath, entry);
        else bay.configure({ label: entry.label, enabled: entry.enabled });
      }
    },
    setGate(fault) {
      gate = fault;
      for (const bay of inOrder()) bay.setGate(fault);
    },
    setAutomatic(on) {
      automatic = on;
      for (const bay of inOrder()) bay.setAutomatic(on);
    },
    at,
    async release() {
      for (const subscription of subscriptions) subscription.dispose();
      await Promise.all([...byPath.values()].map((bay) => bay.release()));
    },
  };
}
