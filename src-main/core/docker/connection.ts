import { setMaxListeners } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { EngineView } from '../../../src-shared/model/station.js';
import { sleep, type Clock } from '../clock.js';
import type { Disposable } from '../disposable.js';
import { createEmitter, type EventStream } from '../emitter.js';
import { findEndpoints, type EndpointSearch } from './endpoint.js';
import type { ContainerEvent } from './engine.js';
import { createEventReader } from './event-reader.js';
import { asFault, openSession, type Session } from './session.js';
import { GivenUp, within } from '../within.js';

/** The first wait before another attempt, and the longest; it doubles in between. In ms. */
const firstWait = 250;
const longestWait = 5000;
/** A connection that lasted less long than this counts as another failed attempt, in ms. */
const shortLife = 1000;
/** How long an ordinary call may take, in ms. */
const callLimit = 30_000;

export interface CallOptions {
  /** In ms; 30 s when left out. */
  deadlineMs?: number;
  /** Gives the call up; it then fails with `engine-lost`, and whoever aborted knows better. */
  signal?: AbortSignal;
  /** For the message, when the call is about an image. */
  image?: string;
}

/** The way to the engine: looks for it, keeps it, finds it again. */
export interface Connection extends Disposable {
  readonly view: EngineView;
  readonly changes: EventStream<EngineView>;
  readonly containerEvents: EventStream<ContainerEvent>;
  /** Aborts when this is disposed. */
  readonly disposed: AbortSignal;
  /** Looks for the engine and goes on looking; resolves after the first attempt. */
  start(): Promise<void>;
  /**
   * Does one piece of work with the engine. Whatever the engine or the way to it does, this answers before
   * the deadline. Only bugs throw.
   */
  call<Value>(
    work: (session: Session, signal: AbortSignal) => Promise<Value>,
    options?: CallOptions,
  ): Promise<Result<Value>>;
  /** Resolves to true once the engine answers; to false when the signal aborts or this is disposed. */
  whenReady(signal: AbortSignal): Promise<boolean>;
  dispose(): Promise<void>;
}

export interface ConnectionOptions {
  /** Read anew for every attempt: a context may be switched, a socket appear. */
  search: () => EndpointSearch;
  stationId: string;
  clock: Clock;
}

export function createConnection({ search, stationId, clock }: ConnectionOptions): Connection {
  const changes = createEmitter<EngineView>();
  const containerEvents = createEmitter<ContainerEvent>();
  const reader = createEventReader(stationId, (event) => containerEvents.emit(event));
  const controller = new AbortController();
  const disposed = controller.signal;
  setMaxListeners(0, disposed);
  let view: EngineView = unavailable('connecting', '', null);
  let session: Session | null = null;
  let hasAnswered = false;
  let running: Promise<void> | null = null;

  /** Tells a view that is new; one that is the same again only where `again` says that it matters. */
  const show = (next: EngineView, again = false): void => {
    if (!again && isDeepStrictEqual(view, next)) return;
    view = next;
    changes.emit(view);
  };

  /** One look at every place where the engine may be. */
  const attempt = async (): Promise<Session | null> => {
    const endpoints = findEndpoints(search());
    if (!endpoints.ok) {
      show(unavailable('unavailable', String(endpoints.error.params?.['endpoint'] ?? ''), endpoints.error));
      return null;
    }
    const failures: { uri: string; fault: Fault }[] = [];
    for (const endpoint of endpoints.value) {
      const context = { endpoint: endpoint.uri, hasAnswered };
      const options = { endpoint, stationId, clock, signal: disposed, since: reader.since, context };
      const opened = await openSession(options);
      if (opened.ok) return opened.value;
      failures.push({ uri: endpoint.uri, fault: opened.error });
    }
    // An engine that is there but refuses says more than a socket that nobody listens on.
    const absent = (code: Fault['code']): boolean => code === 'engine-absent' || code === 'engine-lost';
    const telling = failures.find((failure) => !absent(failure.fault.code)) ?? failures[0];
    if (telling !== undefined && !disposed.aborted) {
      show(unavailable('unavailable', telling.uri, telling.fault));
    }
    return null;
  };

  const keep = async (opened: Session): Promise<void> => {
    session = opened;
    hasAnswered = true;
    // Also when it was gone for a moment only: whoever compares with a list has to do so now.
    show(available(opened), true);
    opened.read(reader);
    await aborted(opened.ended, disposed);
    session = null;
    opened.end();
  };

  const run = async (firstAttempt: () => void): Promise<void> => {
    let wait = firstWait;
    while (!disposed.aborted) {
      const opened = await attempt();
      if (opened !== null) {
        const since = clock.now();
        const ended = keep(opened);
        firstAttempt();
        await ended;
        if (clock.now() - since >= shortLife) {
          wait = firstWait;
          continue;
        }
      }
      firstAttempt();
      await sleep(clock, wait, disposed);
      wait = Math.min(wait * 2, longestWait);
    }
  };

  /** Why there is no engine to call now. */
  const absence = (): Fault =>
    view.fault ?? (hasAnswered ? fault('engine-lost') : fault('engine-absent', { endpoint: view.endpoint }));

  return {
    get view() {
      return view;
    },
    changes,
    containerEvents,
    disposed,
    start() {
      return new Promise((resolve) => {
        running ??= run(resolve);
        void running.then(resolve);
      });
    },
    async call(work, { deadlineMs = callLimit, signal, image } = {}) {
      const current = session;
      if (current === null) return { ok: false, error: absence() };
      const signals = [current.ended, disposed, ...(signal === undefined ? [] : [signal])];
      try {
        return ok(await within({ clock, deadlineMs, signals }, (stop) => work(current, stop)));
      } catch (thrown) {
        // One call may take too long for reasons of its own: only an engine that is silent is lost.
        if (thrown instanceof GivenUp && thrown.reason === 'deadline') void current.check();
        const context = { endpoint: current.endpoint.uri, hasAnswered: true };
        return {
          ok: false,
          error: asFault(thrown, { ...context, ...(image === undefined ? {} : { image }) }),
        };
      }
    },
    async whenReady(signal) {
      while (session === null) {
        if (signal.aborted || disposed.aborted) return false;
        await new Promise<void>((resolve) => {
          const look = (): void => {
            subscription.dispose();
            signal.removeEventListener('abort', look);
            disposed.removeEventListener('abort', look);
            resolve();
          };
          const subscription = changes.subscribe(look);
          signal.addEventListener('abort', look);
          disposed.addEventListener('abort', look);
        });
      }
      return !signal.aborted && !disposed.aborted;
    },
    async dispose() {
      controller.abort();
      session?.end();
      await running;
    },
  };
}

function available({ endpoint, version, apiVersion }: Session): EngineView {
  return { state: 'ready', endpoint: endpoint.uri, version, apiVersion, fault: null };
}

function unavailable(state: EngineView['state'], endpoint: string, reason: Fault | null): EngineView {
  return { state, endpoint, version: null, apiVersion: null, fault: reason };
}

/** Resolves when one of the signals aborts. */
function aborted(...signals: AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const signal of signals) signal.removeEventListener('abort', done);
      resolve();
    };
    if (signals.some((signal) => signal.aborted)) return resolve();
    for (const signal of signals) signal.addEventListener('abort', done);
  });
}
