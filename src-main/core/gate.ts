import { fault, type Fault } from '../../src-shared/model/result.js';
import type { StationFault } from '../../src-shared/model/station.js';
import type { Clock } from './clock.js';
import type { SyncDisposable } from './disposable.js';
import type { Engine } from './docker/engine.js';
import { createEmitter, type EventStream } from './emitter.js';
import type { Records } from './records/records.js';

/** How often records that refused a write are tried again, in ms. */
const recordsEvery = 2000;

/**
 * What keeps the whole station from starting runs: it is stopping, results cannot be recorded, the engine
 * is away, or runs of an earlier life have not been looked at yet.
 */
export interface Gate extends SyncDisposable {
  readonly changes: EventStream<void>;
  /** The first obstacle, or null when runs may start. */
  fault(): Fault | null;
  /** What a person should see as a banner. */
  faults(): StationFault[];
  recordsHealth(fault: Fault | null): void;
  /** Containers and records are being compared. */
  reconciling(): void;
  reconciled(): void;
  stop(): void;
}

export function createGate(options: { clock: Clock; engine: Engine; records: Records }): Gate {
  const { clock, engine, records } = options;
  const changes = createEmitter<void>();
  let recordsFault: StationFault | null = null;
  let engineSince = clock.now();
  let lastEngineState = engine.view.state;
  let looked = false;
  let stopped = false;
  let retry: SyncDisposable | null = null;

  const engineChanges = engine.changes.subscribe((view) => {
    if (view.state !== lastEngineState) engineSince = clock.now();
    lastEngineState = view.state;
    if (view.state !== 'ready') looked = false;
    changes.emit();
  });

  function recordsHealth(problem: Fault | null): void {
    if (problem?.code === recordsFault?.fault.code) return;
    recordsFault = problem === null ? null : { source: 'records', since: clock.now(), fault: problem };
    retry?.dispose();
    retry = problem === null ? null : clock.after(recordsEvery, tryRecords);
    changes.emit();
  }

  function tryRecords(): void {
    const writable = records.writable();
    if (writable.ok) recordsHealth(null);
    else retry = clock.after(recordsEvery, tryRecords);
  }

  function engineFault(): Fault | null {
    if (engine.view.state === 'ready') return null;
    return engine.view.fault ?? fault('station-starting');
  }

  return {
    changes,
    fault() {
      if (stopped) return fault('station-stopping');
      return recordsFault?.fault ?? engineFault() ?? (looked ? null : fault('station-starting'));
    },
    faults() {
      const { fault: problem } = engine.view;
      return [
        ...(recordsFault === null ? [] : [recordsFault]),
        ...(problem === null || engine.view.state === 'ready'
          ? []
          : [{ source: 'engine', since: engineSince, fault: problem }]),
      ];
    },
    recordsHealth,
    reconciling() {
      looked = false;
    },
    reconciled() {
      looked = true;
      changes.emit();
    },
    stop() {
      stopped = true;
      changes.emit();
    },
    dispose() {
      engineChanges.dispose();
      retry?.dispose();
    },
  };
}
