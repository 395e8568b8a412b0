import type { Fault, Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import type { WebhookSettings } from '../config/webhook-config.js';
import type { SyncDisposable } from '../disposable.js';
import type { Outbox } from '../records/outbox.js';
import { backOff, longestWait } from './back-off.js';
import { sendMessage, type SenderParts } from './send.js';

/** How often the outbox is looked at when nothing is said of it: the command line writes there as well. In ms. */
const lookEvery = 15_000;
/** How often the outbox is held against its limits, in ms: that is a sum over all that waits. */
const trimEvery = 60_000;
/** How long to leave it be when the records refuse, in ms. */
const refusedPause = 15_000;
/** How long what goes on may take when the station stops, in ms. */
const stopGrace = 2000;

export interface HookWorkerOptions extends SenderParts {
  name: string;
  settings: WebhookSettings;
  outbox: Outbox;
  /** From 0 up to 1; for the jitter. */
  random: () => number;
  onChange: () => void;
  onDefect: (error: unknown) => void;
  clock: Clock;
  /** Nothing is sent before. */
  ready: Promise<unknown>;
}

/** Delivers what waits for one webhook, one message at a time. */
export interface HookWorker {
  readonly state: {
    delivering: boolean;
    /** Why nothing gets through to this hook at all; null when the last attempt got an answer of its own. */
    fault: Fault | null;
    /** Not before; null when nothing holds it up. */
    pausedUntil: number | null;
  };
  /** Something may be due. */
  wake(): void;
  /** Tries once more what is due at once, and ends; what does not get through in two seconds is left to the next start. */
  stop(): Promise<void>;
}

/** @see HookWorker; `start` is at once. */
export function createHookWorker(options: HookWorkerOptions): HookWorker {
  const { name, settings, outbox, clock, random, onChange, onDefect } = options;
  const state: HookWorker['state'] = { delivering: false, fault: null, pausedUntil: null };
  const aborted = new AbortController();
  let stopping = false;
  let failures = 0;
  let askedAt: number | null = null;
  let woken = false;
  let trimmedAt = -Infinity;
  let waker: (() => void) | null = null;

  function wake(): void {
    woken = true;
    waker?.();
  }

  /** Until something is said, or so many ms have passed. */
  async function rest(ms: number): Promise<void> {
    if (woken || stopping) return;
    let timer: SyncDisposable | undefined;
    await new Promise<void>((resolve) => {
      waker = resolve;
      timer = clock.after(Math.max(1, Math.min(ms, lookEvery)), resolve);
    });
    waker = null;
    timer?.dispose();
  }

  /** The records refuse: whoever is concerned says so. Here it only means to look again later. */
  function valueOr<Value>(result: Result<Value>, otherwise: Value): Value {
    return result.ok ? result.value : otherwise;
  }

  /** What a person did meanwhile, perhaps in another process. */
  function isGone(): boolean {
    const book = valueOr(outbox.book(name), null);
    if (book !== null && askedAt !== null && book.askedAt > askedAt) {
      state.pausedUntil = null;
      failures = 0;
    }
    askedAt = book?.askedAt ?? askedAt ?? 0;
    return book !== null && book.goneAt !== null;
  }

  function trim(now: number): void {
    if (now - trimmedAt < trimEvery) return;
    trimmedAt = now;
    const { age, size } = settings.keep;
    const limits = { before: age === null ? null : now - age, bytes: size };
    if (valueOr(outbox.trim(name, limits), 0) > 0) onChange();
  }

  async function deliver(message: {
    id: string;
    event: string;
    body: string;
    attempts: number;
  }): Promise<void> {
    state.delivering = true;
    onChange();
    const sent = await sendMessage(settings, message, options, aborted.signal);
    state.delivering = false;
    if (sent.ok) {
      failures = 0;
      state.fault = null;
      state.pausedUntil = null;
      noted(outbox.delivered(message.id, name, clock.now()));
    } else if (!aborted.signal.aborted) {
      const ofHook = sent.concerns === 'hook';
      failures = ofHook ? failures + 1 : 0;
      const wait = Math.max(
        backOff(ofHook ? failures : message.attempts + 1, random()),
        Math.min(sent.retryAfter ?? 0, longestWait),
      );
      state.fault = ofHook ? sent.error : null;
      state.pausedUntil = ofHook ? clock.now() + wait : null;
      noted(outbox.failed(message.id, clock.now() + wait, sent.error));
      if (sent.status === 410) outbox.setGone(name, clock.now());
    }
    onChange();
  }

  /** What could not be written down would be sent again at once, and again. */
  function noted(result: Result<void>): void {
    if (!result.ok) state.pausedUntil = clock.now() + refusedPause;
  }

  async function work(): Promise<void> {
    while (!aborted.signal.aborted) {
      woken = false;
      const now = clock.now();
      trim(now);
      const gone = isGone();
      const paused = state.pausedUntil !== null && state.pausedUntil > now;
      const message = gone || paused ? null : valueOr(outbox.next(name, now), null);
      if (message !== null) {
        await deliver(message);
        continue;
      }
      if (stopping) return;
      const due = paused ? state.pausedUntil : gone ? null : valueOr(outbox.nextDue(name), null);
      await rest(due === null || due <= now ? lookEvery : due - now);
    }
  }

  const working = options.ready.then(work).catch(onDefect);

  return {
    state,
    wake,
    async stop() {
      stopping = true;
      wake();
      const limit = clock.after(stopGrace, () => aborted.abort());
      await working;
      limit.dispose();
    },
  };
}
