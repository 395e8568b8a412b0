import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';

/** The first wait after something went wrong, and the longest, in ms. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 10_000;

/** Waits that double from 250 ms to 10 s, until `reset` says that it has worked for a while. */
export interface BackOff extends SyncDisposable {
  /** Whether a next try is set. */
  readonly waiting: boolean;
  /** Sets the next try, unless one is set already. */
  schedule(): void;
  /** The next failure waits the shortest time again. */
  reset(): void;
}

export function createBackOff(clock: Clock, tryAgain: () => void): BackOff {
  let wait = FIRST_WAIT;
  let timer: SyncDisposable | null = null;
  return {
    get waiting() {
      return timer !== null;
    },
    schedule() {
      if (timer !== null) return;
      timer = clock.after(wait, () => {
        timer = null;
        tryAgain();
      });
      wait = Math.min(wait * 2, LONGEST_WAIT);
    },
    reset() {
      wait = FIRST_WAIT;
    },
    dispose() {
      timer?.dispose();
      timer = null;
    },
  };
}
