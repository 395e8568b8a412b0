import type { EventMessage, EventParams, StationEventName } from '../../../src-shared/contract.js';
import type { LogLine } from '../../../src-shared/model/run.js';
import type { RecipesView, StationView } from '../../../src-shared/model/station.js';
import type { Bays } from '../bays/bays.js';
import type { RunLog } from '../records/records.js';
import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';
import { createEmitter } from '../emitter.js';
import type { StationSubscribe } from '../station-api.js';
import { createLatestWins } from './latest-wins.js';

/** At most ten updates a second a bay, as the contract promises; in ms. */
const bayEvery = 100;
const logEvery = 100;

/** The contract's event streams, made from the station's own. Each subscription replays the present state first. */
export interface StationStreams extends SyncDisposable {
  subscribe: StationSubscribe;
  stationChanged(): void;
  recipesChanged(): void;
}

export function createStationStreams(options: {
  clock: Clock;
  bays: Bays;
  station: () => StationView;
  recipes: () => RecipesView;
  /** The log of a run that goes on or is shown; undefined for any other: its lines are read from disk. */
  log: (runId: string) => RunLog | undefined;
}): StationStreams {
  const { clock, bays } = options;
  let revision = 0;
  const messages = {
    bays: createEmitter<EventMessage<'bays'>>(),
    station: createEmitter<EventMessage<'station'>>(),
    recipes: createEmitter<EventMessage<'recipes'>>(),
    verdict: createEmitter<EventMessage<'verdict'>>(),
  };

  const throttledBays = createLatestWins<number>({
    clock,
    every: bayEvery,
    call(number) {
      const bay = bays.find(number);
      if (!bay.ok) return;
      revision += 1;
      messages.bays.emit({ kind: 'bay', revision, bay: bay.value.view() });
    },
  });
  const throttledWhole = createLatestWins<'station' | 'recipes'>({
    clock,
    every: bayEvery,
    call(which) {
      revision += 1;
      if (which === 'station') messages.station.emit({ revision, station: options.station() });
      else messages.recipes.emit({ revision, recipes: options.recipes() });
    },
  });
  const subscriptions = [
    bays.changes.subscribe(({ bay }) => throttledBays.touch(bay)),
    bays.verdicts.subscribe(({ bay, run }) => {
      if (run.conclusion === null) return;
      messages.verdict.emit({
        runId: run.id,
        bay,
        verdict: run.conclusion.verdict,
        unitSerial: run.unitSerial,
        attempt: run.attempt,
      });
    }),
  ];

  /** Lines of one run, in batches; a run whose log is opened only later is found when a bay changes. */
  function followLog(runId: string, listener: (message: EventMessage<'log'>) => void): SyncDisposable {
    let pending: LogLine[] = [];
    let lines: SyncDisposable | null = null;
    const batches = createLatestWins<'log'>({
      clock,
      every: logEvery,
      call() {
        if (pending.length === 0) return;
        const batch = pending;
        pending = [];
        listener({ runId, lines: batch });
      },
    });
    function attach(): void {
      const log = lines === null ? options.log(runId) : undefined;
      if (log === undefined) return;
      listener({ runId, lines: log.recent() });
      lines = log.appended.subscribe((line) => {
        pending.push(line);
        batches.touch('log');
      });
    }
    const waiting = bays.changes.subscribe(attach);
    attach();
    return {
      dispose() {
        waiting.dispose();
        lines?.dispose();
        batches.dispose();
      },
    };
  }

  const subscribe: StationSubscribe = (name, params, listener) => {
    // Each branch hands the listener what its name promises; TypeScript does not narrow a generic by a value.
    const tell = listener as (message: EventMessage<StationEventName>) => void;
    switch (name) {
      case 'bays':
        tell({ kind: 'bays', revision, bays: bays.views() });
        return messages.bays.subscribe(tell);
      case 'station':
        tell({ revision, station: options.station() });
        return messages.station.subscribe(tell);
      case 'recipes':
        tell({ revision, recipes: options.recipes() });
        return messages.recipes.subscribe(tell);
      case 'verdict':
        return messages.verdict.subscribe(tell);
      case 'log':
        return followLog((params as EventParams<'log'>).runId, tell);
      default:
        throw new Error(`no stream called ${name}`);
    }
  };

  return {
    subscribe,
    stationChanged: () => throttledWhole.touch('station'),
    recipesChanged: () => throttledWhole.touch('recipes'),
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
      throttledBays.dispose();
      throttledWhole.dispose();
    },
  };
}
