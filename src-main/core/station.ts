import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createMessages } from '../../src-shared/messages/messages.js';
import { ok, type Fault, type Result } from '../../src-shared/model/result.js';
import type { StationView } from '../../src-shared/model/station.js';
import type { BayParts } from './bays/bay-controller.js';
import { defaultTimes } from './bays/bay-events.js';
import { createBays, type Bays } from './bays/bays.js';
import { networkName } from './bays/container-spec.js';
import { createHostPorts } from './bays/host-ports.js';
import { createSystemClock } from './clock.js';
import { createConfigStore } from './config/config-store.js';
import { lockHome } from './config/home-lock.js';
import { createSecretStore } from './config/secrets.js';
import type { StationConfig } from './config/station-config.js';
import { stationId } from './config/station-id.js';
import { createDockerEngine } from './docker/docker-engine.js';
import type { Disposable } from './disposable.js';
import { examine } from './doctor/examine.js';
import { labelsFor } from './labels/labels-part.js';
import { createPanelClient } from './flash/panel-client.js';
import { createGate } from './gate.js';
import { createHandlers } from './handlers.js';
import { createImageWatch } from './images/image-watch.js';
import { withStreamsOf } from './part.js';
import { createParts } from './parts.js';
import { createPortWatch } from './port-watch.js';
import { matchRecipe } from './recipes/match.js';
import { createRecipeStore } from './recipes/recipe-store.js';
import { createContentHasher } from './records/content-manifest.js';
import { openRecords } from './records/open-records.js';
import { newRunId } from './records/run-id.js';
import { createRunLogs } from './records/run-logs.js';
import { createSerialOpener } from './serial/create-serial-opener.js';
import { createReconciler } from './reconcile.js';
import type { Station, StationOptions, StopMode } from './station-api.js';
import { deliveriesFor } from './webhooks/run-events.js';
import { createStationStreams } from './streams/station-streams.js';

/** How long a stop waits for runs to end before it leaves them to the next start, in ms. */
const stopLimit = 30_000;

/** Everything of a station that has started. */
interface Running {
  handlers: Station['handlers'];
  subscribe: Station['subscribe'];
  bays: Bays;
  view: () => StationView;
  stop: (mode: StopMode) => Promise<void>;
}

/**
 * The one composition root: makes every part, hands each what it needs, and disposes in reverse. Nothing
 * is opened before `start`, and nothing is left open by a start that fails.
 */
export function createStation(options: StationOptions): Station {
  let running: Running | null = null;
  let stopping: Promise<void> | null = null;

  function present(): Running {
    if (running === null) throw new Error('the station has not started');
    return running;
  }

  return {
    get handlers() {
      return present().handlers;
    },
    subscribe: (name, params, listener) => present().subscribe(name, params, listener),
    bays: () => present().bays.views(),
    view: () => present().view(),
    async start() {
      const opened: Disposable[] = [];
      const started = await open(options, (disposable) => opened.unshift(disposable));
      if (started.ok) {
        running = started.value;
        return ok();
      }
      for (const disposable of opened) await disposable.dispose();
      return started;
    },
    stop(mode) {
      stopping ??= running?.stop(mode) ?? Promise.resolve();
      return stopping;
    },
  };
}

async function open(
  options: StationOptions,
  own: (disposable: Disposable) => void,
): Promise<Result<Running>> {
  const { home, environment = process.env, onDefect } = options;
  const clock = createSystemClock();
  const host = hostname();

  const config = createConfigStore({ home, environment, clock });
  own(config);
  const loaded = await config.load();
  if (!loaded.ok) return loaded;
  const settings = (): StationConfig => config.state.config;
  const lock = await lockHome(home);
  if (!lock.ok) return lock;
  own(lock.value);
  const id = await stationId(home, settings().locale);
  if (!id.ok) return id;
  const secrets = createSecretStore({ home, locale: () => settings().locale });
  const readable = secrets.check();
  if (!readable.ok) return readable;
  const recordsPath = join(home, 'records.db');
  const openedRecords = openRecords({
    path: recordsPath,
    clock,
    host,
    alongside: (event, run) => ({
      deliveries: deliveriesFor(event, run, {
        hooks: settings().webhooks,
        station: { id: id.value, name: settings().name, host },
        at: clock.now(),
        redact: (text) => secrets.redact(text),
        newId: randomUUID,
      }),
      labels: labelsFor(event, run, settings().labels),
    }),
  });
  if (!openedRecords.ok) return openedRecords;
  const records = openedRecords.value;
  own({ dispose: () => records.close() });
  const logs = createRunLogs({ folder: join(home, 'logs'), clock });
  const recipes = createRecipeStore({ folder: join(home, 'recipes'), clock });
  own(recipes);
  const engine = createDockerEngine({
    search: { configured: settings().docker, environment },
    stationId: id.value,
    clock,
  });
  own(engine);
  const images = createImageWatch({ engine, clock });
  own(images);
  const gate = createGate({ clock, engine, records });
  own(gate);
  const ports = createPortWatch({ options, clock, virtualPorts: () => settings().virtualPorts });
  own(ports);

  const stopped = new AbortController();
  let messages = createMessages(settings().locale);
  const content = createContentHasher({ clock });
  const bayParts: BayParts = {
    clock,
    engine,
    images,
    records,
    logs,
    panelClient: createPanelClient(clock),
    hostPorts: createHostPorts(() => settings().ports.base),
    stationId: id.value,
    host,
    messages: () => messages,
    workspace: () => settings().workspace,
    secret: (name) => secrets.read(name),
    redact: (text) => secrets.redact(text),
    hashContent: (folder, signal) => content.hash(folder, signal),
    portIsSame: (port) => ports.isSame(port),
    newRunId: () => newRunId(clock),
    serial: createSerialOpener({ clock }),
    times: { ...defaultTimes, settle: settings().settle },
    matchRecipe: (port, bay) => matchRecipe(recipes.all(), port, bay),
    findRecipe: (name) => recipes.find(name),
    operator: () => settings().operator,
    onRecordsHealth: (problem) => gate.recordsHealth(problem),
    onDefect,
  };
  const automatic = (): boolean => options.autoFlash ?? settings().autoFlash;
  const defaultLabel = (bay: number): string => messages.text('words.bay-label', { bay });
  const bays = createBays({
    parts: bayParts,
    automatic: automatic(),
    gate: gate.fault(),
    defaultLabel,
    bind: (physicalPath, { number, enabled }) => {
      config.bindBay(physicalPath, { number, enabled }).then(noteConfig, onDefect);
    },
  });
  own({ dispose: () => bays.release() });
  const configureBays = (): void => {
    const entries = [...settings().bays].map(
      ([path, bay]) => [path, { ...bay, label: bay.label ?? defaultLabel(bay.number) }] as const,
    );
    bays.configure(new Map(entries));
  };
  configureBays();

  let writeFault: Fault | null = null;
  let configSince = clock.now();
  function noteConfig(result: Result<unknown>): void {
    if (!result.ok && writeFault === null) configSince = clock.now();
    writeFault = result.ok ? null : result.error;
    streams.stationChanged();
  }

  const view = (): StationView => {
    const { name, workspace, autoFlash, locale, theme, operator } = settings();
    return {
      settings: { name, workspace, autoFlash, locale, theme, operator },
      home,
      host,
      engine: engine.view,
      faults: [
        ...gate.faults(),
        ...ports.faults(),
        ...parts.faults(),
        ...[writeFault ?? config.state.problem].flatMap((problem) =>
          problem === null ? [] : [{ source: 'station.yaml', since: configSince, fault: problem }],
        ),
      ],
      counters: records.counters(),
    };
  };
  const liveLog = (runId: string) =>
    bays
      .all()
      .find((bay) => bay.run()?.id === runId)
      ?.log() ?? undefined;
  const streams = createStationStreams({
    clock,
    bays,
    station: view,
    recipes: () => recipes.view,
    log: liveLog,
  });
  own(streams);
  const reconciler = createReconciler({
    engine,
    records,
    bays,
    ports: () => ports.list(),
    recipe: (name) => recipes.find(name),
    claims: (container) => parts.claims(container),
    onProblem: () => streams.stationChanged(),
  });

  const examineMachine = () =>
    examine({
      home,
      config: { ...settings(), portsBase: settings().ports.base },
      environment,
      engine,
      signal: stopped.signal,
      clock,
      devRoot: options.devRoot,
      sysRoot: options.sysRoot,
    });

  const parts = createParts({
    home,
    stationId: id.value,
    host,
    clock,
    messages: () => messages,
    engine,
    config,
    secrets,
    recipes,
    records,
    logs,
    bays,
    ports,
    examine: examineMachine,
    onDefect,
  });
  own({ dispose: () => parts.stop() });

  const ownHandlers = createHandlers({
    bays,
    records,
    logs,
    liveLog,
    ports,
    config,
    view,
    clock,
    doctor: async () => ok(await examineMachine()),
    onCountersReset: () => streams.stationChanged(),
  });

  const subscriptions = [
    gate.changes.subscribe(() => {
      bays.setGate(gate.fault());
      streams.stationChanged();
    }),
    ports.events.subscribe((event) => {
      if (event.type === 'attached') bays.attach(event.port);
      else if (event.type === 'detached') bays.detach(event.port);
      else streams.stationChanged();
    }),
    engine.changes.subscribe((engineView) => {
      for (const bay of bays.all()) {
        if (engineView.state === 'ready') bay.engineBack();
        else bay.engineLost();
      }
      if (engineView.state === 'ready') reconcile();
      streams.stationChanged();
    }),
    recipes.changes.subscribe(() => {
      for (const bay of bays.all()) bay.rematch();
      streams.recipesChanged();
    }),
    config.changes.subscribe(({ problem }) => {
      if (problem !== null) configSince = clock.now();
      messages = createMessages(settings().locale);
      configureBays();
      bays.setAutomatic(automatic());
      ports.follow().catch(onDefect);
      streams.stationChanged();
    }),
    bays.verdicts.subscribe(() => streams.stationChanged()),
    ...parts.faultChanges.map((changes) => changes.subscribe(() => streams.stationChanged())),
  ];
  own({
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
    },
  });

  /** New runs wait until what an earlier life left has been looked at. */
  function reconcile(): void {
    gate.reconciling();
    reconciler.reconcile().then(() => gate.reconciled(), onDefect);
  }

  await recipes.start();
  await ports.start();
  async function startEngine(): Promise<void> {
    await options.engineAfter;
    if (stopped.signal.aborted) return;
    await engine.start();
    if (engine.view.state === 'ready') reconcile();
  }
  startEngine().catch(onDefect);

  async function removeNetworks(): Promise<void> {
    if (engine.view.state !== 'ready') return;
    for (const bay of bays.all())
      await engine.removeNetwork(networkName(bayParts.stationId, bay.place.number));
  }

  async function endRuns(mode: StopMode): Promise<void> {
    const busy = bays.all().filter((bay) => bay.busy);
    // A run whose flasher does not run yet cannot be adopted later.
    const notYet = busy.filter(
      (bay) => bay.view().run?.phase === 'prepare' || bay.view().run?.phase === 'create',
    );
    const toEnd = mode === 'abort-runs' ? busy : notYet;
    for (const bay of toEnd) bay.abort('aborted-by-quit');
    let limit: Disposable | undefined;
    await Promise.race([
      Promise.all(toEnd.map((bay) => bay.idle())),
      new Promise<void>((resolve) => {
        limit = clock.after(stopLimit, resolve);
      }),
    ]);
    await limit?.dispose();
  }

  return ok({
    handlers: { ...ownHandlers, ...parts.handlers },
    subscribe: withStreamsOf(parts.streams, streams.subscribe),
    bays,
    view,
    async stop(mode) {
      gate.stop();
      stopped.abort();
      await endRuns(mode);
      await parts.stop();
      for (const subscription of subscriptions) subscription.dispose();
      ports.dispose();
      await bays.release();
      if (mode === 'abort-runs') await removeNetworks();
      streams.dispose();
      gate.dispose();
      images.dispose();
      recipes.dispose();
      await engine.dispose();
      records.close();
      config.dispose();
      lock.value.dispose();
    },
  });
}
