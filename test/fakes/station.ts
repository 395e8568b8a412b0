import {
  type EventMessage,
  type EventParams,
  type StationCallName,
  type StationEventName,
} from '../../src-shared/contract.js';
import { stationEvents } from '../../src-shared/contract/station.js';
import type { BayRun, BayView } from '../../src-shared/model/bay.js';
import { fail, ok, type Result } from '../../src-shared/model/result.js';
import type { LogLine, RunRecord } from '../../src-shared/model/run.js';
import type { DoctorCheck, RecipesView, StationView } from '../../src-shared/model/station.js';
import type { Station, StationHandlers, StopMode } from '../../src-main/core/station-api.js';
import { partAnswers } from './part-answers.js';
import { createEmitter, type Emitter } from '../../src-main/core/emitter.js';

/**
 * A station without ports, engine or disk: it shows what a test sets and remembers what it was asked.
 * For the window's and the shell's tests; never part of a build.
 */
export interface FakeStation extends Station {
  /** Every call that reached a handler, in order. */
  readonly asked: { name: StationCallName; input: unknown }[];
  /** How `stop` was called; empty while the station runs. */
  readonly stops: StopMode[];
  /** Subscriptions that are open now. */
  readonly listeners: number;
  /** Those of one stream. */
  listenersOf(name: StationEventName): number;
  setBay(bay: BayView): void;
  removeBay(number: number): void;
  setView(change: Partial<StationView>): void;
  setRecipes(recipes: RecipesView): void;
  setRuns(runs: RunRecord[]): void;
  setChecks(checks: DoctorCheck[]): void;
  addLog(runId: string, lines: LogLine[]): void;
  announce(verdict: EventMessage<'verdict'>): void;
  /** Sends a message on a part's stream, and says it first to whoever subscribes from now on. */
  send<Name extends StationEventName>(name: Name, message: EventMessage<Name>): void;
  /** What the next `start` answers. */
  failStart(result: Result<void>): void;
  /** Lets a handler answer something else. */
  answer<Name extends StationCallName>(name: Name, handler: StationHandlers[Name]): void;
}

type OwnEventName = keyof typeof stationEvents;

function isOwn(name: StationEventName): name is OwnEventName {
  return Object.hasOwn(stationEvents, name);
}

/** A bay with nothing in it. */
export function fakeBay(number: number, change: Partial<BayView> = {}): BayView {
  return {
    number,
    label: '',
    enabled: true,
    physicalPath: `usb:1-${number}:1.0`,
    status: 'empty',
    reason: null,
    port: null,
    recipe: null,
    run: null,
    hold: null,
    ...change,
  };
}

/** A run in the middle of its flash. */
export function fakeRun(id: string, change: Partial<BayRun> = {}): BayRun {
  return {
    id,
    attempt: 1,
    adopted: false,
    unitSerial: null,
    phase: 'flash',
    progress: { percent: null },
    startedAt: Date.now(),
    endedAt: null,
    expectedMs: null,
    panelPort: null,
    panelReady: false,
    asks: null,
    test: null,
    allowance: null,
    containerId: null,
    verdict: null,
    fault: null,
    ...change,
  };
}

/** A bay whose unit is being flashed. */
export function fakeRunningBay(number: number, run: Partial<BayRun> = {}): BayView {
  return fakeBay(number, {
    status: 'running',
    port: {
      path: `/dev/ttyACM${number - 1}`,
      node: `/dev/ttyACM${number - 1}`,
      kind: 'device',
      physicalPath: `usb:1-${number}:1.0`,
      identity: `${number}`,
    },
    recipe: {
      name: 'widget',
      title: { en: 'Widget flasher', es: 'Grabador de widgets' },
      model: 'widget',
      hasPanel: true,
    },
    run: fakeRun(`run-bay-${number}-0001`, run),
  });
}

export function createFakeStation(options: { home: string }): FakeStation {
  const bays = new Map<number, BayView>();
  const logs = new Map<string, LogLine[]>();
  const asked: FakeStation['asked'] = [];
  const stops: StopMode[] = [];
  const answers: Partial<StationHandlers> = {};
  let startResult: Result<void> = ok();
  let recipes: RecipesView = { recipes: [], problems: [] };
  let runs: RunRecord[] = [];
  let checks: DoctorCheck[] = [];
  let view: StationView = {
    settings: {
      name: 'Fake station',
      workspace: '/workspace',
      autoFlash: true,
      locale: 'en',
      theme: 'system',
      operator: '',
    },
    home: options.home,
    host: 'fake',
    engine: {
      state: 'ready',
      endpoint: 'unix:///fake.sock',
      version: '20.10',
      apiVersion: '1.41',
      fault: null,
    },
    faults: [],
    counters: { since: Date.now(), runs: 0, units: 0, pass: 0, fail: 0, other: 0 },
  };

  const emitters: { [Name in OwnEventName]: Emitter<EventMessage<Name>> } = {
    bays: createEmitter(),
    station: createEmitter(),
    recipes: createEmitter(),
    log: createEmitter(),
    verdict: createEmitter(),
  };
  const allBays = (): BayView[] => [...bays.values()].sort((a, b) => a.number - b.number);

  /** What a new subscription is told first. */
  const replays: {
    [Name in OwnEventName]: (params: EventParams<Name>) => EventMessage<Name> | undefined;
  } = {
    bays: () => ({ kind: 'bays', revision: 0, bays: allBays() }),
    station: () => ({ revision: 0, station: view }),
    recipes: () => ({ revision: 0, recipes }),
    log: ({ runId }) => ({ runId, lines: logs.get(runId) ?? [] }),
    verdict: () => undefined,
  };

  const sent = new Map<StationEventName, unknown>();
  const partEmitters = new Map<StationEventName, Emitter<unknown>>();
  function emitterOf(name: StationEventName): Emitter<never> {
    const emitter = isOwn(name) ? emitters[name] : (partEmitters.get(name) ?? createEmitter<unknown>());
    if (!isOwn(name)) partEmitters.set(name, emitter);
    return emitter as Emitter<never>;
  }

  const subscribe: Station['subscribe'] = (name, params, listener) => {
    const wanted = name === 'log' ? (params as EventParams<'log'>).runId : undefined;
    // The compiler does not see that the emitter, the replay and the listener are of one name.
    const emitter = emitterOf(name) as unknown as Emitter<Parameters<typeof listener>[0]>;
    const replay = (isOwn(name) ? replays[name] : () => sent.get(name)) as (
      params: unknown,
    ) => Parameters<typeof listener>[0] | undefined;
    // Revisions count within one subscription.
    let revision = 0;
    const tell = (message: Parameters<typeof listener>[0]): void => {
      if ('revision' in message) listener({ ...message, revision: (revision += 1) });
      else listener(message);
    };
    const present = replay(params);
    if (present !== undefined) tell(present);
    return emitter.subscribe((message) => {
      if (wanted === undefined || (message as EventMessage<'log'>).runId === wanted) tell(message);
    });
  };

  const known = (bay: number): Result<void> => (bays.has(bay) ? ok() : fail('bay-unknown', { bay }));
  const defaults: StationHandlers = {
    'bay.flash': ({ bay }) =>
      Promise.resolve(bays.has(bay) ? ok({ runId: `run-bay-${bay}-0001` }) : fail('bay-unknown', { bay })),
    'bay.allowOnce': ({ bay }) =>
      Promise.resolve(bays.has(bay) ? ok({ runId: `run-bay-${bay}-0001` }) : fail('bay-unknown', { bay })),
    'bay.abort': ({ bay }) => Promise.resolve(known(bay)),
    'bay.configure': ({ bay, label, enabled }) => {
      const present = bays.get(bay);
      if (present === undefined) return Promise.resolve(fail('bay-unknown', { bay }));
      fake.setBay({ ...present, label: label ?? present.label, enabled: enabled ?? present.enabled });
      return Promise.resolve(ok());
    },
    'ports.list': () => Promise.resolve(ok(allBays().flatMap(({ port }) => (port === null ? [] : [port])))),
    'runs.list': () => Promise.resolve(ok({ runs })),
    'runs.show': ({ runId }) => {
      const run = runs.find(({ id }) => id === runId);
      return Promise.resolve(run === undefined ? fail('run-unknown', { run: runId }) : ok(run));
    },
    'runs.log': ({ runId, from, limit }) => {
      const lines = logs.get(runId) ?? [];
      return Promise.resolve(ok({ lines: lines.slice(from, from + limit), total: lines.length }));
    },
    'runs.saveLog': ({ runId }) => Promise.resolve(ok({ lines: logs.get(runId)?.length ?? 0 })),
    'settings.change': (change) => {
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      fake.setView({ settings: { ...view.settings, ...given } });
      return Promise.resolve(ok(view.settings));
    },
    'counters.reset': () => {
      fake.setView({ counters: { since: Date.now(), runs: 0, units: 0, pass: 0, fail: 0, other: 0 } });
      return Promise.resolve(ok());
    },
    'doctor.check': () => Promise.resolve(ok(checks)),
    ...partAnswers(),
  };

  function remembering<Name extends StationCallName>(name: Name): StationHandlers[Name] {
    const handler = (input: unknown): Promise<Result<unknown>> => {
      asked.push({ name, input });
      return ((answers[name] ?? defaults[name]) as (input: unknown) => Promise<Result<unknown>>)(input);
    };
    return handler as StationHandlers[Name];
  }

  const fake: FakeStation = {
    asked,
    stops,
    subscribe,
    handlers: Object.fromEntries(
      (Object.keys(defaults) as StationCallName[]).map((name) => [name, remembering(name)]),
    ) as StationHandlers,
    start: () => Promise.resolve(startResult),
    stop(mode) {
      stops.push(mode);
      return Promise.resolve();
    },
    bays: allBays,
    view: () => view,
    get listeners() {
      return [...Object.values(emitters), ...partEmitters.values()].reduce(
        (sum, emitter) => sum + emitter.listeners,
        0,
      );
    },
    listenersOf: (name) => emitterOf(name).listeners,
    setBay(bay) {
      const isNew = !bays.has(bay.number);
      bays.set(bay.number, bay);
      if (isNew) emitters.bays.emit({ kind: 'bays', revision: 0, bays: allBays() });
      else emitters.bays.emit({ kind: 'bay', revision: 0, bay });
    },
    removeBay(number) {
      bays.delete(number);
      emitters.bays.emit({ kind: 'bays', revision: 0, bays: allBays() });
    },
    setView(change) {
      view = { ...view, ...change };
      emitters.station.emit({ revision: 0, station: view });
    },
    setRecipes(changed) {
      recipes = changed;
      emitters.recipes.emit({ revision: 0, recipes });
    },
    setRuns: (changed) => void (runs = changed),
    setChecks: (changed) => void (checks = changed),
    addLog(runId, lines) {
      logs.set(runId, [...(logs.get(runId) ?? []), ...lines]);
      emitters.log.emit({ runId, lines });
    },
    send(name, message) {
      sent.set(name, message);
      (emitterOf(name) as Emitter<unknown>).emit(message);
    },
    announce: (verdict) => emitters.verdict.emit(verdict),
    failStart: (result) => void (startResult = result),
    answer: (name, handler) => void (answers[name] = handler),
  };
  return fake;
}
