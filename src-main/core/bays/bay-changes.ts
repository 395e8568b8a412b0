import { setup } from 'xstate';
import { fault } from '../../../src-shared/model/result.js';
import type { UnitIdentity } from '../../../src-shared/model/identity.js';
import type { BayContext, BayEvent, BayTimes, Effect, Timer } from './bay-events.js';
import {
  applyProgress,
  beginRun,
  conclude,
  concludeFromTests,
  enterPhase,
  type Conclusion,
  type RunState,
} from './run-state.js';

/** The words of the bay machine: its types, its guards, and every change that a transition makes to the context. */

export interface BayInput {
  enabled: boolean;
  automatic: boolean;
  gate: BayContext['gate'];
}

export const base = setup({
  // XState reads the types and never the value; without the assertion they are lost.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion
  types: {} as { context: BayContext; events: BayEvent; input: BayInput },
  actions: {
    // Never executed: `stepBay` reads the parameters of the actions that a transition returns.
    effect: (_, _effect: Effect) => undefined,
  },
  guards: {
    sameRun: ({ context, event }) => 'runId' in event && context.run?.id === event.runId,
    mayFlash: ({ context, event }) =>
      event.type === 'flash' &&
      context.enabled &&
      context.port !== null &&
      context.gate === null &&
      context.hold === null &&
      (event.plan !== undefined || (context.match?.ok === true && context.imageFault === null)),
    mayStartByItself: ({ context }) =>
      context.armed &&
      context.enabled &&
      context.gate === null &&
      context.hold === null &&
      context.match?.ok === true &&
      context.imageChecked &&
      context.imageFault === null,
    shouldRetry: ({ context }) => {
      const run = context.run;
      if (
        run === null ||
        run.conclusion === null ||
        context.port === null ||
        context.gate !== null ||
        context.hold !== null ||
        !context.enabled ||
        // The unit would say the same again.
        isAnotherModel(run) ||
        // What an engineer allowed was one run: the next is asked for again.
        run.allowance !== null
      ) {
        return false;
      }
      return run.plan.retryOn.includes(run.conclusion.verdict) && run.attempt <= run.plan.retries;
    },
    portIsThere: ({ context }) => context.port !== null,
    /** A unit that was plugged in while the last run ended is a new plug. */
    portIsAnother: ({ context }) =>
      context.port !== null && (context.wasUnplugged || context.port.identity !== context.run?.port.identity),
    runHasPanel: ({ context, event }) =>
      'runId' in event && context.run?.id === event.runId && context.run.plan.hasPanel,
    runAsksIdentity: ({ context, event }) =>
      'runId' in event && context.run?.id === event.runId && context.run.plan.asksIdentity,
    passedBefore: ({ context, event }) =>
      event.type === 'recognised' && context.run?.id === event.runId && event.passed !== null,
    runHasTests: ({ context, event }) =>
      'runId' in event && context.run?.id === event.runId && context.run.plan.hasTests,
    isNewSerial: ({ context, event }) =>
      event.type === 'progress' &&
      context.run?.id === event.runId &&
      event.unitSerial !== undefined &&
      (context.run.identity?.serial ?? null) === null &&
      event.unitSerial !== context.run.unitSerial,
    isOver: ({ event }) => event.type === 'adopt' && typeof event.resume === 'object',
    resumesAt: ({ event }, where: 'panel' | 'flash' | 'test') =>
      event.type === 'adopt' && event.resume === where,
    isTimer: ({ event }, timer: Timer) => event.type === 'timer' && event.timer === timer,
  },
});

export function effect(params: Effect | ((args: { context: BayContext }) => Effect)) {
  return { type: 'effect' as const, params };
}

export function startTimer(timer: keyof BayTimes, times: BayTimes) {
  return effect({ do: 'start-timer', timer, ms: times[timer] });
}

export function stopTimer(timer: Timer) {
  return effect({ do: 'stop-timer', timer });
}

export const startFlashTimer = effect(({ context }) => ({
  do: 'start-timer',
  timer: 'flash',
  ms: context.run?.plan.timeoutMs ?? 0,
}));

export const restartStallTimer = effect(({ context }) => ({
  do: 'start-timer',
  timer: 'stall',
  ms: context.run?.plan.stallMs ?? 0,
}));

type Of<Type extends BayEvent['type']> = Extract<BayEvent, { type: Type }>;

/** A change of the context by one type of event; any other type changes nothing. */
function on<Type extends BayEvent['type']>(
  type: Type,
  change: (context: BayContext, event: Of<Type>) => Partial<BayContext>,
) {
  return base.assign(({ context, event }) => (event.type === type ? change(context, event as Of<Type>) : {}));
}

function withRun(context: BayContext, change: (run: RunState) => RunState): Partial<BayContext> {
  return context.run === null ? {} : { run: change(context.run) };
}

const noPort = { port: null, wasUnplugged: true, match: null, armed: false } as const;
const newPlug = {
  wasUnplugged: false,
  match: null,
  imageFault: null,
  imageChecked: false,
  run: null,
  recordFault: null,
} as const;

export const takeGate = on('gate', (_, event) => ({ gate: event.fault }));
export const takeAutomatic = on('automatic', (context, event) => ({
  automatic: event.on,
  armed: context.armed && event.on,
}));
/** Whoever had the port for themselves may have changed the unit: the next flash is an operator's decision. */
export const takeHold = on('held', (context, event) => ({
  hold: event.hold,
  armed: context.armed && event.hold === null,
}));
export const takeEnabled = on('configured', (_, event) => ({ enabled: event.enabled }));
export const takeMatch = on('matched', (context, event) =>
  context.port === null ? {} : { match: event.match },
);
export const forgetImage = base.assign({ imageFault: null, imageChecked: false });
export const takeImage = on('image-checked', (_, event) => ({ imageFault: event.fault, imageChecked: true }));

export const takePort = on('attached', (context, event) => ({
  ...newPlug,
  port: event.port,
  armed: context.automatic && context.hold === null,
}));
/** While a run ends: the verdict stays, the port is noted. */
export const notePort = on('attached', (_, event) => ({ port: event.port }));
export const dropPort = base.assign(noPort);
export const dropPortAndRun = base.assign({ ...noPort, run: null });
export const treatAsNewPlug = base.assign(({ context }) => ({
  ...newPlug,
  armed: context.automatic && context.hold === null,
}));
/** Only what could be flashed when it was plugged in starts by itself: an edited recipe surprises nobody. */
export const armIfMatched = base.assign(({ context }) => ({
  armed: context.armed && context.match?.ok === true && context.enabled,
}));
export const disarm = base.assign({ armed: false });

export const beginFlash = on('flash', (context, event) => {
  const plan = event.plan ?? (context.match?.ok === true ? context.match.value : undefined);
  if (context.port === null || plan === undefined) return {};
  const previous = context.run;
  const isRetry = previous?.port.identity === context.port.identity && !isDone(previous);
  const run = beginRun({
    id: event.runId,
    plan,
    port: context.port,
    attempt: isRetry ? previous.attempt + 1 : 1,
    operator: event.operator,
    byItself: event.byItself ?? false,
    allowance: event.allowance ?? null,
    startedAt: event.at,
    ...(isRetry ? { firstRun: previous.firstRun, ...sameUnit(previous) } : {}),
  });
  return { run, armed: false, recordFault: null };
});

/** Whether the unit said that it is not what the recipe is for. */
function isAnotherModel({ conclusion }: Pick<RunState, 'conclusion'>): boolean {
  return ['model-refused', 'model-differs'].includes(conclusion?.fault?.code ?? '');
}

/** A unit that passed can say who it is: whether the next one is the same is asked, where the recipe asks units. */
function isDone({ identity, conclusion }: RunState): boolean {
  return conclusion?.verdict === 'PASS' && identity?.source === 'read';
}

/** A retry is of the same unit. That it passed meanwhile has to be confirmed anew; one that was refused is asked again. */
function sameUnit({ identity, conclusion }: RunState): Partial<Pick<RunState, 'identity' | 'unitSerial'>> {
  if (identity === null || isAnotherModel({ conclusion })) return {};
  const confirmed = conclusion?.verdict === 'PASS' ? null : identity.confirmed;
  return { identity: { ...identity, confirmed }, unitSerial: identity.serial };
}

export const noteIdentity = on('identified', (context, event) =>
  withRun(context, (run) => ({
    ...run,
    ...(isAnotherUnit(run.identity, event.identity) ? { attempt: 1, firstRun: run.id } : {}),
    identity: event.identity,
    unitSerial: event.identity?.serial ?? run.unitSerial,
  })),
);

/** Whether a unit that was taken for the one before has said that it is not. */
function isAnotherUnit(before: UnitIdentity | null, now: UnitIdentity | null): boolean {
  return (before?.serial ?? null) !== null && now !== null && before?.serial !== now.serial;
}

export const noteAsk = on('identity-asked', (context, event) =>
  withRun(context, (run) => ({ ...run, asks: event.ask, identity: event.identity })),
);
export const noteGiven = on('identity-given', (context, event) =>
  withRun(context, (run) => ({
    ...run,
    asks: null,
    unitSerial: event.serial,
    identity: run.identity === null ? null : { ...run.identity, serial: event.serial, at: event.at },
  })),
);
export const askToConfirm = on('recognised', (context, { passed }) =>
  withRun(context, (run) =>
    passed === null
      ? run
      : {
          ...run,
          asks: { kind: 'confirm', serial: run.unitSerial ?? '', run: passed.run, passedAt: passed.at },
        },
  ),
);
export const noteConfirmed = on('confirmed', (context, event) =>
  withRun(context, (run) => {
    if (run.identity === null || run.asks?.kind !== 'confirm') return { ...run, asks: null };
    const confirmed = { operator: event.operator, at: event.at, run: run.asks.run };
    return { ...run, asks: null, identity: { ...run.identity, confirmed } };
  }),
);

export const adoptRun = on('adopt', (_, event) => ({
  run: event.run,
  port: event.run.port,
  wasUnplugged: false,
}));
export const adoptEnded = on('adopt', (_, event) => ({
  wasUnplugged: false,
  run: typeof event.resume === 'object' ? conclude(event.run, event.resume, event.at) : event.run,
}));

export const notePrepared = on('prepared', (context, event) =>
  withRun(context, (run) => ({
    ...enterPhase(run, 'create', event.at),
    imageId: event.imageId,
    imageDigest: event.imageDigest,
  })),
);
export const noteCreated = on('created', (context, event) =>
  withRun(context, (run) => ({
    ...enterPhase(run, 'start', event.at),
    containerId: event.containerId,
    hostPort: event.hostPort,
  })),
);
export const enterPanelPhase = base.assign(({ context, event }) =>
  withRun(context, (run) => enterPhase(run, 'panel', event.at)),
);
export const enterFlashPhase = base.assign(({ context, event }) =>
  withRun(context, (run) => ({ ...enterPhase(run, 'flash', event.at), panelReady: run.plan.hasPanel })),
);
export const noteTaken = base.assign(({ context, event }) =>
  withRun(context, (run) => ({
    ...run,
    phases: run.phases.map((entry) => (entry.phase === 'flash' ? { ...entry, takenAt: event.at } : entry)),
  })),
);
export const enterTestPhase = base.assign(({ context, event }) =>
  withRun(context, (run) => enterPhase(run, 'test', event.at)),
);
export const noteProgress = on('progress', (context, event) =>
  withRun(context, (run) => ({
    ...applyProgress(run, event.progress),
    // Who the unit is was settled before the flash where the recipe asks; a flasher may name it otherwise.
    unitSerial: run.identity?.serial ?? event.unitSerial ?? run.unitSerial,
  })),
);
export const noteRecorded = base.assign(({ context }) => ({
  recordFault: null,
  ...withRun(context, (run) => ({ ...run, recorded: true })),
}));
export const noteRecordFault = on('record-failed', (_, event) => ({ recordFault: event.fault }));

/** Ends the run of the context with what `say` finds; the first conclusion counts. */
function endWith(say: (context: BayContext, run: RunState) => Conclusion) {
  return base.assign(({ context, event }) =>
    withRun(context, (run) => conclude(run, say(context, run), event.at)),
  );
}

const seconds = (ms: number): number => Math.round(ms / 1000);

export const endPassed = endWith(() => ({ verdict: 'PASS', fault: null }));
export const endUnplugged = endWith(() => ({ verdict: 'ABORTED', fault: fault('unplugged') }));
export const endEngineLost = endWith(() => ({ verdict: 'ERROR', fault: fault('engine-lost') }));
export const endTimedOut = endWith((_, run) => ({
  verdict: 'TIMEOUT',
  fault: fault('flash-timeout', { seconds: seconds(run.plan.timeoutMs) }),
}));
export const endStalled = endWith((_, run) => ({
  verdict: 'TIMEOUT',
  fault: fault('flash-stalled', { seconds: seconds(run.plan.stallMs) }),
}));
export const endAborted = on('abort', (context, event) =>
  withRun(context, (run) => conclude(run, { verdict: 'ABORTED', fault: fault(event.reason) }, event.at)),
);
export const endFailed = on('failed', (context, event) =>
  withRun(context, (run) => {
    const { identity = run.identity } = event;
    const known = { ...run, identity, unitSerial: identity?.serial ?? run.unitSerial };
    return conclude(known, event.conclusion, event.at);
  }),
);
export const noteTestBegun = on('testing', (context, event) =>
  withRun(context, (run) => ({ ...run, liveTest: event.live })),
);
export const noteTestEnded = on('test-ended', (context, event) =>
  withRun(context, (run) => ({ ...run, tests: [...run.tests, event.outcome] })),
);
export const endTested = endWith((_, run) => concludeFromTests(run.tests));
