import type { Allowance } from '../../../src-shared/model/image.js';
import { fail, fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { SyncDisposable } from '../disposable.js';
import { createEmitter } from '../emitter.js';
import type { ImageInfo } from '../docker/engine.js';
import type { LoadedRecipe } from '../recipes/match.js';
import type { BayEvent, Effect, RunEvent, Timer } from './bay-events.js';
import { startBay, stepBay, type BayMachine } from './bay-machine.js';
import type { BayParts } from './bay-parts.js';
import type { BayController, BayPlace } from './bay-control.js';
import { heldFault, viewBay } from './bay-view.js';
import { checkTestImages, imageProblem, writtenSupport } from './image-problem.js';
import { planOf } from './run-parts.js';
import { createRunSession, type RunSession } from './run-session.js';
import type { RunState } from './run-state.js';

type WithoutTime<Event> = Event extends { at: number } ? Omit<Event, 'at'> : never;
type WithoutRun<Event> = Event extends { runId: string } ? Omit<Event, 'runId'> : never;

export type { BayController, BayPlace } from './bay-control.js';
export type { BayParts } from './bay-parts.js';

export function createBayController(options: {
  machine: BayMachine;
  place: BayPlace;
  enabled: boolean;
  automatic: boolean;
  gate: Fault | null;
  parts: BayParts;
}): BayController {
  const { machine, parts } = options;
  let place = options.place;
  const changes = createEmitter<void>();
  const verdicts = createEmitter<RunState>();
  const timers = new Map<Timer, SyncDisposable>();
  const queue: BayEvent[] = [];
  const idleWaiters = new Set<() => void>();
  let draining = false;
  let released = false;
  let imageLook = 0;
  /** The image as it was seen last, for the one who allows it. */
  let seenImage: ImageInfo | null = null;
  let session: RunSession | null = null;
  /** The recipe of the run that is about to start; the machine carries only its plan. */
  let chosen: LoadedRecipe | null = null;
  let expectedMs: number | null = null;
  const [firstSnapshot, firstEffects] = startBay(machine, {
    enabled: options.enabled,
    automatic: options.automatic,
    gate: options.gate,
  });
  let snapshot = firstSnapshot;

  function send(event: WithoutTime<BayEvent>): void {
    if (released) return;
    queue.push({ ...event, at: parts.clock.now() });
    if (draining) return;
    draining = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [after, effects] = stepBay(machine, snapshot, next);
        snapshot = after;
        effects.forEach(perform);
      }
    } finally {
      draining = false;
    }
    changes.emit();
    if (!isBusy()) {
      for (const resolve of idleWaiters) resolve();
      idleWaiters.clear();
    }
  }

  /** What a run reports. A write that was refused concerns the whole station: no bay starts what cannot be recorded. */
  function take(event: RunEvent): void {
    const refused =
      event.type === 'record-failed' ? event.fault : event.type === 'failed' ? event.conclusion.fault : null;
    if (refused?.code === 'records-unwritable') parts.onRecordsHealth(refused);
    send(event);
  }

  function isBusy(): boolean {
    return snapshot.matches('running') || snapshot.matches('ending');
  }

  /** A step of a run. It answers with events; what it throws is a bug, which ends this run and no other. */
  function step(
    work: (session: RunSession, run: RunState) => Promise<void>,
    onDefect: (problem: Fault) => WithoutRun<RunEvent> = (problem) => ({
      type: 'failed',
      conclusion: { verdict: 'ERROR', fault: problem },
    }),
  ): void {
    const run = snapshot.context.run;
    if (session === null || run === null) return;
    work(session, run).catch((error: unknown) => {
      parts.onDefect(error);
      const reason = error instanceof Error ? error.message : String(error);
      send({ ...onDefect(fault('defect', { reason })), runId: run.id });
    });
  }

  function perform(effect: Effect): void {
    switch (effect.do) {
      case 'start-timer':
        timers.get(effect.timer)?.dispose();
        timers.set(
          effect.timer,
          parts.clock.after(effect.ms, () => send({ type: 'timer', timer: effect.timer })),
        );
        return;
      case 'stop-timer':
        timers.get(effect.timer)?.dispose();
        timers.delete(effect.timer);
        return;
      case 'match':
        return match();
      case 'check-image':
        return void checkImage();
      case 'request-flash':
        return requestFlash();
      case 'begin':
        openSession();
        return step((active, run) => active.begin(run));
      case 'identify':
        return step((active, run) => active.identify(run));
      case 'recognise':
        return step((active, run) => active.recognise(run));
      case 'prepare':
        return step((active, run) => active.prepare(run));
      case 'create':
        return step((active, run) => active.create(run));
      case 'start':
        return step((active, run) => active.start(run));
      case 'await-panel':
        return step((active, run) => active.awaitPanel(run));
      case 'follow':
        return step((active, run) => active.follow(run, effect.trigger));
      case 'test':
        return step((active, run) => active.test(run));
      case 'note':
        return note();
      case 'cancel':
        return session?.cancel();
      case 'deal-with-container':
        return step(
          (active, run) => active.dealWithContainer(run),
          () => ({ type: 'dealt' }),
        );
      case 'record':
        return step(
          (active, run) => active.record(run),
          (problem) => ({ type: 'record-failed', fault: problem }),
        );
      case 'announce':
        return announce();
    }
  }

  function match(): void {
    const port = snapshot.context.port;
    if (port === null) return;
    const found = parts.matchRecipe(port, place.number);
    send({ type: 'matched', match: found.ok ? ok(planOf(found.value)) : found });
  }

  async function checkImage(): Promise<void> {
    const { match: found, gate } = snapshot.context;
    if (found?.ok !== true || gate !== null) return;
    const loaded = parts.findRecipe(found.value.recipe);
    if (loaded === undefined) return;
    imageLook += 1;
    const look = imageLook;
    const image = await parts.images.look(loaded.recipe.image.name);
    const testImages = await checkTestImages(
      { inspectImage: (name) => parts.images.look(name) },
      loaded.recipe,
    );
    // A later look has begun: this answer may be about another recipe.
    if (look !== imageLook) return;
    seenImage = image.ok ? image.value : null;
    const problem = image.ok
      ? (imageProblem(loaded.recipe, image.value) ?? (testImages.ok ? null : testImages.error))
      : image.error;
    send({ type: 'image-checked', fault: problem });
  }

  function requestFlash(): void {
    const started = flash(snapshot.context.run?.plan.recipe, true);
    // The machine asked because nothing was in the way; what changed since then shows in the bay.
    if (!started.ok) changes.emit();
  }

  function openSession(): void {
    const run = snapshot.context.run;
    if (run === null || chosen === null) throw new Error('a run without a recipe');
    const active = createRunSession({
      runId: run.id,
      loaded: chosen,
      bay: { number: place.number, label: () => place.label },
      parts,
      emit: take,
    });
    void session?.release();
    session = active;
    expectedMs = parts.records.expectedDuration(run.plan.recipe);
  }

  function note(): void {
    const run = snapshot.context.run;
    if (session === null || run === null) return;
    const saved = session.note(run);
    parts.onRecordsHealth(saved.ok ? null : saved.error);
  }

  function announce(): void {
    const run = snapshot.context.run;
    parts.onRecordsHealth(null);
    if (run !== null) verdicts.emit(run);
  }

  /** What keeps a run from starting now, in the order in which a person would mend it. */
  function obstacle(named: boolean): Fault | null {
    const { context } = snapshot;
    if (!context.enabled) return fault('bay-disabled', { bay: place.number });
    if (isBusy()) return fault('bay-busy', { bay: place.number });
    if (context.port === null || snapshot.matches('settling'))
      return fault('bay-empty', { bay: place.number });
    if (context.hold !== null) return heldFault(context.hold, place.number);
    if (context.gate !== null) return context.gate;
    if (named) return null;
    if (context.match?.ok === false) return context.match.error;
    return context.imageFault;
  }

  function flash(recipeName?: string, byItself = false): Result<{ runId: string }> {
    const inTheWay = obstacle(recipeName !== undefined);
    if (inTheWay !== null) return { ok: false, error: inTheWay };
    const { match: found } = snapshot.context;
    const name = recipeName ?? (found?.ok === true ? found.value.recipe : undefined);
    const loaded = name === undefined ? undefined : parts.findRecipe(name);
    if (loaded === undefined) return fail('recipe-unknown', { recipe: name ?? '' });
    return start(loaded, { byItself });
  }

  function start(
    loaded: LoadedRecipe,
    how: { byItself?: boolean; allowance?: Allowance },
  ): Result<{ runId: string }> {
    chosen = loaded;
    const runId = parts.newRunId();
    send({ type: 'flash', runId, operator: parts.operator(), plan: planOf(loaded), ...how });
    return ok({ runId });
  }

  function allowOnce(by: string, reason: string): Result<{ runId: string }> {
    const inTheWay = obstacle(false);
    if (inTheWay === null) return fail('allowance-not-needed', { bay: place.number });
    const { match: found } = snapshot.context;
    const loaded = found?.ok === true ? parts.findRecipe(found.value.recipe) : undefined;
    const allowable = inTheWay.code === 'image-support-too-low' && inTheWay === snapshot.context.imageFault;
    if (!allowable || loaded === undefined || seenImage === null) return { ok: false, error: inTheWay };
    const { recipe } = loaded;
    const allowance = {
      by,
      at: parts.clock.now(),
      reason,
      status: writtenSupport(recipe, seenImage),
      minimum: recipe.minimumSupport,
      imageId: seenImage.id,
    };
    return start(loaded, { allowance });
  }

  firstEffects.forEach(perform);

  return {
    get place() {
      return place;
    },
    changes,
    verdicts,
    view: () => viewBay(snapshot, place, expectedMs),
    run: () => snapshot.context.run,
    log: () => session?.log ?? null,
    get busy() {
      return isBusy();
    },
    attach(port) {
      // The port of an adopted run is there already when it is first seen.
      if (snapshot.context.port?.identity === port.identity && snapshot.context.port.path === port.path)
        return;
      send({ type: 'attached', port });
    },
    detach(port) {
      if (snapshot.context.port?.path === port.path) send({ type: 'detached' });
    },
    configure({ label, enabled }) {
      if (label !== undefined) place = { ...place, label };
      send({ type: 'configured', enabled: enabled ?? snapshot.context.enabled });
    },
    setGate: (gate) => send({ type: 'gate', fault: gate }),
    setAutomatic: (on) => send({ type: 'automatic', on }),
    rematch: match,
    recheckImage: () => send({ type: 'images-changed' }),
    hold(kind) {
      const { hold: present } = snapshot.context;
      if (present !== null) return { ok: false, error: heldFault(present, place.number) };
      if (isBusy()) return fail('bay-busy', { bay: place.number });
      send({ type: 'held', hold: { kind, operator: parts.operator(), since: parts.clock.now() } });
      let isOver = false;
      return ok({
        dispose() {
          if (!isOver) send({ type: 'held', hold: null });
          isOver = true;
        },
      });
    },
    engineLost: () => send({ type: 'engine-lost' }),
    engineBack: () => send({ type: 'engine-back' }),
    flash: (recipe) => flash(recipe),
    allowOnce,
    identify(given) {
      const serial = given.trim();
      const pattern = chosen?.recipe.identity?.operator?.pattern;
      if (snapshot.context.run?.asks?.kind !== 'identity' || pattern === undefined)
        return fail('identity-not-asked', { bay: place.number });
      if (!pattern.test(serial)) return fail('identity-pattern', { serial, pattern: pattern.source });
      send({ type: 'identity-given', serial });
      return ok();
    },
    confirm() {
      if (snapshot.context.run?.asks?.kind !== 'confirm')
        return fail('confirmation-not-asked', { bay: place.number });
      send({ type: 'confirmed', operator: parts.operator() });
      return ok();
    },
    abort(reason) {
      if (!snapshot.matches('running')) return fail('bay-not-running', { bay: place.number });
      send({ type: 'abort', reason });
      return ok();
    },
    adopt(run, loaded, resume) {
      chosen = loaded;
      session = createRunSession({
        runId: run.id,
        loaded,
        bay: { number: place.number, label: () => place.label },
        parts,
        emit: take,
      });
      expectedMs = parts.records.expectedDuration(run.plan.recipe);
      send({ type: 'adopt', run, resume });
    },
    idle: () =>
      isBusy()
        ? new Promise((resolve) => {
            idleWaiters.add(resolve);
          })
        : Promise.resolve(),
    async release() {
      released = true;
      for (const timer of timers.values()) timer.dispose();
      timers.clear();
      for (const resolve of idleWaiters) resolve();
      idleWaiters.clear();
      await session?.release();
    },
  };
}
