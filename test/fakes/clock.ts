import type { Clock } from '../../src-main/core/clock.js';

/** Time that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Timers that have neither fired nor been disposed; tests assert that it comes back to none. */
  readonly timers: number;
  /** Moves time on by `ms`, firing in order every timer that falls due, those made on the way as well. */
  advance(ms: number): void;
  /**
   * As `advance`, but waits a turn of the event loop before the first timer and after each, so that what
   * a timer started (promises, and file reads that are quick) may set the next one.
   */
  advanceAsync(ms: number): Promise<void>;
  /** Somebody sets the clock: what it says jumps, and no timer fires sooner or later for it. */
  setTimeOfDay(at: number): void;
}

/** Starts at 2020-01-01 UTC unless told otherwise; milliseconds since the epoch. */
export function createFakeClock(start = Date.UTC(2020, 0, 1)): FakeClock {
  interface Timer {
    at: number;
    order: number;
    run: () => void;
  }
  const timers = new Set<Timer>();
  let time = start;
  /** What the time of day is ahead of the time that timers go by. */
  let ahead = 0;
  let made = 0;

  const nextDue = (end: number): Timer | undefined =>
    [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];

  const fire = (timer: Timer): void => {
    timers.delete(timer);
    time = timer.at;
    timer.run();
  };

  return {
    now: () => time + ahead,
    after(ms, run) {
      const timer = { at: time + Math.max(0, ms), order: made++, run };
      timers.add(timer);
      return { dispose: () => void timers.delete(timer) };
    },
    get timers() {
      return timers.size;
    },
    advance(ms) {
      const end = time + ms;
      for (let timer = nextDue(end); timer !== undefined; timer = nextDue(end)) fire(timer);
      time = end;
    },
    setTimeOfDay(at) {
      ahead = at - time;
    },
    async advanceAsync(ms) {
      const end = time + ms;
      await turn();
      for (let timer = nextDue(end); timer !== undefined; timer = nextDue(end)) {
        fire(timer);
        await turn();
      }
      time = end;
    },
  };
}

/** One full turn of the event loop: microtasks, and the callbacks that were ready, have run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
