import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';

/** Calls at once, then at most once every `every` ms a key; what comes between is one call at the end: latest wins. */
export interface LatestWins<Key> extends SyncDisposable {
  touch(key: Key): void;
}

export function createLatestWins<Key>(options: {
  clock: Clock;
  /** In ms. */
  every: number;
  call: (key: Key) => void;
}): LatestWins<Key> {
  const { clock, every, call } = options;
  const resting = new Map<Key, { timer: SyncDisposable; touched: boolean }>();

  function callAndRest(key: Key): void {
    const timer = clock.after(every, () => {
      const rest = resting.get(key);
      resting.delete(key);
      if (rest?.touched === true) callAndRest(key);
    });
    resting.set(key, { timer, touched: false });
    call(key);
  }

  return {
    touch(key) {
      const rest = resting.get(key);
      if (rest === undefined) callAndRest(key);
      else rest.touched = true;
    },
    dispose() {
      for (const { timer } of resting.values()) timer.dispose();
      resting.clear();
    },
  };
}
