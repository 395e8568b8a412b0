import type { UnitIdentity } from '../../../src-shared/model/identity.js';
import { fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { MessageKey } from '../../../src-shared/messages/catalogue.js';
import type { MessageParams } from '../../../src-shared/messages/messages.js';
import { sleep } from '../clock.js';
import { awaitPanel } from '../flash/panel-client.js';
import type { LoadedRecipe } from '../recipes/match.js';
import type { RunLog } from '../records/records.js';
import type { RunEvent, WithoutRun } from './bay-events.js';
import { ensureBayNetwork } from './container-spec.js';
import { createFlashCheck } from './flash-check.js';
import { createContentCheck } from './content-check.js';
import { createFlashEnd, type ToldBy } from './flash-end.js';
import { followFlash } from './follow-flash.js';
import { createContainerWatch } from './container-watch.js';
import { checkTestImages, findRunImage } from './image-problem.js';
import { createRunContainer } from './run-container.js';
import type { RunParts } from './run-parts.js';
import type { TestLog } from '../tests/places.js';
import { identify, passedBefore, refusedSerial } from './identity-step.js';
import type { RunSession } from './run-steps.js';
import { createTestStep } from './test-step.js';
import { toRecord, type Conclusion, type RunState } from './run-state.js';

export type { RunSession } from './run-steps.js';

/**
 * How long a failure waits before it is the unit's, in ms: a cable that is pulled is an error to the flasher
 * a moment before its node is gone, and an unplugged unit is no bad unit.
 */
const failurePause = 250;
/** How long the end of a run waits for the last lines of a killed container, in ms. */
const lastLinesLimit = 2000;

export function createRunSession(options: {
  runId: string;
  loaded: LoadedRecipe;
  bay: { number: number; label: () => string };
  parts: RunParts;
  emit: (event: RunEvent) => void;
}): RunSession {
  const { runId, loaded, bay, parts, emit: emitEvent } = options;
  const { recipe } = loaded;
  const { engine, clock } = parts;
  const steps = new AbortController();
  let log: RunLog | null = null;
  let plugged: RunState['port'] | null = null;
  let endSaid = false;
  let resumed = false;

  const emit = (event: WithoutRun<RunEvent>): void => emitEvent({ ...event, runId });
  const failWith = (conclusion: Conclusion, identity?: UnitIdentity): void => {
    if (steps.signal.aborted) return;
    emit({ type: 'failed', conclusion, ...(identity === undefined ? {} : { identity }) });
  };
  const failStation = (problem: Fault): void => failWith({ verdict: 'ERROR', fault: problem });

  function say(key: MessageKey & `log.${string}`, params?: MessageParams): void {
    log?.append('station', parts.messages().text(key, params), clock.now());
  }

  const content = createContentCheck({
    recipe,
    parts,
    signal: steps.signal,
    onKnown: () => emit({ type: 'content-known' }),
    onFault: failStation,
  });

  const watch = createContainerWatch({
    engine,
    clock,
    redact: (text) => parts.redact(text),
    log: () => log,
    flash: recipe.flash,
    onEnded: (judgement) => end.exited(judgement),
  });
  const check = createFlashCheck({
    content,
    watch,
    wasAdopted: () => resumed,
    portIsSame: () => plugged !== null && parts.portIsSame(plugged),
  });
  const end = createFlashEnd({
    onSuccess: flashed,
    onFailure(conclusion, by) {
      watch.expectEnd();
      void check.failure(conclusion, by).then((sure) => failUnlessUnplugged(sure));
    },
  });

  /** The flasher gave up. Whose fault that is shows only a moment later. */
  async function failUnlessUnplugged(conclusion: Conclusion, identity?: UnitIdentity): Promise<void> {
    watch.expectEnd();
    if (!(await sleep(clock, failurePause, steps.signal))) return;
    const gone = plugged !== null && !parts.portIsSame(plugged);
    failWith(gone ? { verdict: 'ABORTED', fault: fault('unplugged') } : conclusion, identity);
  }

  /** The one way to success: the port is still the one that was plugged in, and the content is still the same. */
  function flashed(by: ToldBy): void {
    if (steps.signal.aborted) return;
    watch.expectEnd();
    void check.success(by).then((problem) => {
      if (steps.signal.aborted) return;
      if (problem !== null) return failWith(problem);
      say('log.flashed');
      emit({ type: 'flashed' });
    });
  }

  async function openLog(): Promise<Result<void>> {
    if (log !== null) return ok();
    const opened = await parts.logs.open(runId);
    if (opened.ok) log = opened.value;
    return opened.ok ? ok() : opened;
  }

  function recordOf(run: RunState): ReturnType<typeof toRecord> {
    const record = toRecord(run, { bay: bay.number, bayLabel: bay.label(), host: parts.host });
    return { ...record, contentHash: content.hash ?? record.contentHash };
  }

  const container = createRunContainer({ runId, bay: bay.number, recipe, parts, signal: steps.signal, say });
  const hear = (source: 'test' | 'sent', line: string): void =>
    log?.append(source, parts.redact(line), clock.now());
  const testLog: TestLog = {
    total: () => log?.total ?? 0,
    say,
    heard: (line) => hear('test', line),
    sent: (line) => hear('sent', line),
  };
  const tests = createTestStep({
    runId,
    recipe,
    parts,
    signal: steps.signal,
    log: testLog,
    specFor: (run) => container.specFor(run, null),
    onIdentified: (identity) => emit({ type: 'identified', identity }),
    onLive: (live) => emit({ type: 'testing', live }),
    onEnd: (outcome) => emit({ type: 'test-ended', outcome }),
  });

  function portGone(run: RunState): boolean {
    if (parts.portIsSame(run.port)) return false;
    failWith({ verdict: 'ABORTED', fault: fault('unplugged') });
    return true;
  }

  return {
    get log() {
      return log;
    },

    async begin(run) {
      // Before anything else, in the same turn: the bay shows the run from here on, and what was shown is on record.
      const saved = parts.records.save(recordOf(run));
      if (!saved.ok) return failStation(saved.error);
      const opened = await openLog();
      if (!opened.ok) return failStation(opened.error);
      say('log.begun', { run: run.id, attempt: run.attempt, recipe: recipe.name, path: run.port.path });
      plugged = run.port;
      emit({ type: 'begun' });
    },

    async identify(run) {
      if (portGone(run)) return;
      const found = await identify({ run, recipe, parts, log: testLog, signal: steps.signal });
      if (steps.signal.aborted) return;
      if (found.kind === 'ends') return void failUnlessUnplugged(found.conclusion, found.identity);
      if (found.kind === 'known') return emit({ type: 'identified', identity: found.identity });
      say('log.asks-serial');
      emit({ type: 'identity-asked', ask: found.ask, identity: found.identity });
    },

    async recognise(run) {
      const refused = refusedSerial({ run, recipe, parts });
      if (!refused.ok) return failStation(refused.error);
      if (refused.value !== null) return void failUnlessUnplugged(refused.value);
      const passed = passedBefore({ run, recipe, parts });
      if (!passed.ok) return failStation(passed.error);
      if (passed.value !== null) say('log.passed-before', { serial: run.unitSerial ?? '' });
      await Promise.resolve();
      if (!steps.signal.aborted) emit({ type: 'recognised', passed: passed.value });
    },

    async prepare(run) {
      if (portGone(run)) return;
      plugged = run.port;
      content.begin();
      const [image, testImages, network] = await Promise.all([
        findRunImage(engine, recipe, run.allowance),
        checkTestImages(engine, recipe),
        ensureBayNetwork(engine, { recipe, stationId: parts.stationId, bay: bay.number }),
      ]);
      if (!image.ok) return failStation(image.error);
      if (!testImages.ok) return failStation(testImages.error);
      if (!network.ok) return failStation(network.error);
      say('log.image', { image: recipe.image.name, id: image.value.id.slice(7, 19) });
      if (run.allowance !== null) {
        const { by, reason, status } = run.allowance;
        say('log.allowed', { by, reason, status: status ?? '–' });
      }
      emit({ type: 'prepared', imageId: image.value.id, imageDigest: image.value.digest });
    },

    async create(run) {
      const made = await container.make(run);
      if (made.ok) emit({ type: 'created', ...made.value });
      else failStation(made.error);
    },

    async start(run) {
      if (run.containerId === null || portGone(run)) return;
      const started = await engine.startContainer(run.containerId);
      if (steps.signal.aborted) return;
      if (started.ok) {
        say('log.started');
        watch.begin(run.containerId);
        emit({ type: 'started' });
        return;
      }
      if (started.error.code !== 'container-port-taken' || !container.refusePort(run.hostPort)) {
        return failStation(started.error);
      }
      const removed = await engine.removeContainer(run.containerId);
      if (!removed.ok) return failStation(removed.error);
      const made = await container.make(run);
      if (made.ok) emit({ type: 'created', ...made.value });
      else failStation(made.error);
    },

    async awaitPanel(run) {
      if (run.adopted && !(await resume(run))) return;
      if (run.hostPort === null) return failStation(fault('panel-not-ready', { seconds: 0 }));
      const ready = await awaitPanel(parts.panelClient, clock, {
        port: run.hostPort,
        path: recipe.flash.ready.path,
        timeoutMs: recipe.flash.ready.timeout,
        signal: steps.signal,
      });
      if (steps.signal.aborted) return;
      if (!ready) {
        return failStation(
          fault('panel-not-ready', { seconds: Math.round(recipe.flash.ready.timeout / 1000) }),
        );
      }
      say('log.panel-ready');
      emit({ type: 'panel-ready' });
    },

    async follow(run, trigger) {
      if (!trigger && !(await resume(run))) return;
      if (log === null) return;
      await followFlash({
        flash: recipe.flash,
        log,
        hostPort: run.hostPort,
        flashStartedAt: run.phases.find(({ phase }) => phase === 'flash')?.startedAt ?? run.startedAt,
        trigger,
        wasTaken: run.phases.some(({ takenAt }) => takenAt !== undefined),
        parts,
        signal: steps.signal,
        onTriggered: () => {
          say('log.triggered');
          emit({ type: 'flash-taken' });
        },
        onProgress: (progress, unitSerial) =>
          emit({ type: 'progress', progress, ...(unitSerial === undefined ? {} : { unitSerial }) }),
        end,
      });
    },

    async test(run) {
      if (run.adopted && !(await resume(run))) return;
      if (run.containerId === null) return;
      watch.expectEnd();
      const allPassed = await tests.run(run, run.containerId);
      if (steps.signal.aborted) return;
      if (typeof allPassed === 'object') {
        return void failUnlessUnplugged(allPassed.conclusion, allPassed.identity);
      }
      // A cable that is pulled is a bad answer to a test a moment before its node is gone.
      if (!allPassed && !(await sleep(clock, failurePause, steps.signal))) return;
      if (!portGone(run)) emit({ type: 'tested' });
    },

    note(run) {
      return parts.records.save(recordOf(run));
    },

    cancel() {
      steps.abort();
    },

    async dealWithContainer(run) {
      steps.abort();
      await tests.settled();
      await tests.removeContainers(run);
      const containerId = await container.idOf(run);
      if (containerId !== null) {
        const stopped = await engine.stopContainer(containerId, 0);
        await watch.lastLines(lastLinesLimit);
        const keep = recipe.after === 'keep';
        const done = keep || !stopped.ok ? stopped : await engine.removeContainer(containerId);
        // What is left carries our labels; it is cleaned up when the engine answers again.
        say(!done.ok ? 'log.left' : keep ? 'log.kept' : 'log.removed');
      }
      await watch.dispose();
      parts.hostPorts.release(bay.number);
      emit({ type: 'dealt' });
    },

    async record(run) {
      const opened = await openLog();
      if (!opened.ok) return emit({ type: 'record-failed', fault: opened.error });
      if (!endSaid && run.conclusion !== null) {
        endSaid = true;
        const messages = parts.messages();
        const verdict = messages.text(`words.verdict.${run.conclusion.verdict}`);
        if (run.conclusion.fault === null) say('log.ended', { verdict });
        else say('log.ended-because', { verdict, reason: messages.what(run.conclusion.fault) });
      }
      const flushed = log === null ? ok() : await log.flush();
      if (!flushed.ok) return emit({ type: 'record-failed', fault: flushed.error });
      const saved = parts.records.save(recordOf(run));
      if (!saved.ok) return emit({ type: 'record-failed', fault: saved.error });
      emit({ type: 'recorded' });
    },

    async release() {
      tests.leave();
      steps.abort();
      await tests.settled();
      await watch.dispose();
      await content.settled();
      // Whatever still comes back from the engine finds no log to write to.
      const open = log;
      log = null;
      await open?.close();
    },
  };

  /** An adopted run: the log is opened again and the container followed from where it was left. */
  async function resume(run: RunState): Promise<boolean> {
    if (resumed) return true;
    resumed = true;
    const opened = await openLog();
    if (!opened.ok) {
      failStation(opened.error);
      return false;
    }
    say('log.adopted');
    plugged = run.port;
    content.begin(run.contentHash);
    if (run.hostPort !== null) parts.hostPorts.note(bay.number, run.hostPort);
    if (run.containerId !== null) watch.begin(run.containerId);
    return true;
  }
}
