import { fail, fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import { sleep, type Clock } from '../clock.js';
import { foreignEnd } from '../containers/own-end.js';
import type { SyncDisposable } from '../disposable.js';
import type { ContainerEvent, ContainerInfo, Engine } from '../docker/engine.js';
import { judgeExit } from '../flash/signs.js';
import type { Recipe } from '../recipes/schema.js';
import type { RunLog } from '../records/records.js';
import type { FlashJudgement } from './flash-end.js';

/** How soon an engine that lost a stream is asked again, in ms; the bay's own timer ends a run whose engine stays away. */
const retryPause = 250;

/** Follows the container of a run: every line goes to the log, and its end is judged once. */
export interface ContainerWatch {
  begin(containerId: string): void;
  /** Memory ran out in it. While it runs, the engine tells only by an event. */
  readonly ranOutOfMemory: boolean;
  /** Asks the engine for what happened while nobody listened; answers what speaks against its exit code, if anything. */
  recall(): Promise<Result<Fault | null>>;
  /** From now on the end of the container means nothing: the run is judged by something else. */
  expectEnd(): void;
  /** Resolves when the output of a container that was stopped is complete, or after `limitMs`. */
  lastLines(limitMs: number): Promise<void>;
  dispose(): Promise<void>;
}

export function createContainerWatch(options: {
  engine: Engine;
  clock: Clock;
  flash: Recipe['flash'];
  redact: (text: string) => string;
  log: () => RunLog | null;
  onEnded: (judgement: FlashJudgement) => void;
}): ContainerWatch {
  const { engine, clock, flash, redact, log, onEnded } = options;
  const stop = new AbortController();
  let expected = false;
  let following: Promise<void> | null = null;
  let watched: string | null = null;
  const happened = new Set<ContainerEvent['type']>();
  let events: SyncDisposable | null = null;

  function judge(info: ContainerInfo): void {
    if (!expected && !stop.signal.aborted) onEnded(judgeExit(flash, info));
  }

  async function follow(containerId: string): Promise<void> {
    const stopped = (): boolean => stop.signal.aborted;
    while (!stopped()) {
      const since = log()?.lastEngineAt;
      const followed = await engine.followLogs(containerId, {
        signal: stop.signal,
        onLine: ({ source, at, text }) => log()?.append(source, redact(text), Date.parse(at), at),
        ...(since === undefined ? {} : { since }),
      });
      if (stopped()) return;
      const info = followed.ok ? await engine.inspectContainer(containerId) : followed;
      if (info.ok && info.value.state !== 'running') return judge(info.value);
      if (!info.ok && info.error.code === 'container-gone') {
        if (!expected) onEnded({ verdict: 'ERROR', fault: fault('container-gone') });
        return;
      }
      await sleep(clock, retryPause, stop.signal);
    }
  }

  return {
    get ranOutOfMemory() {
      return happened.has('out-of-memory');
    },
    begin(containerId) {
      watched = containerId;
      events ??= engine.containerEvents.subscribe((event) => {
        if (event.containerId === containerId) happened.add(event.type);
      });
      following ??= follow(containerId);
    },
    async recall() {
      if (watched === null) return fail('container-gone');
      const info = await engine.inspectContainer(watched);
      if (!info.ok) return info;
      const past = await engine.pastEvents(watched, info.value.startedAt ?? 0);
      if (!past.ok) return past;
      for (const { type } of past.value) happened.add(type);
      return ok(foreignEnd(happened, info.value.exitCode));
    },
    expectEnd() {
      expected = true;
    },
    async lastLines(limitMs) {
      expected = true;
      const limit = new AbortController();
      await Promise.race([following, sleep(clock, limitMs, limit.signal)]);
      limit.abort();
    },
    async dispose() {
      events?.dispose();
      stop.abort();
      await following;
    },
  };
}
