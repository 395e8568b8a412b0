import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';

/** After the start, adoption of what an earlier life left goes first. In ms. */
const firstAfter = 30_000;
const every = 3_600_000;
/** How long a station that is busy is waited for before it is looked at again, in ms. */
const again = 60_000;

/**
 * Applies the retention policy at the start and every hour, only while the station is idle. Once begun it is
 * ended between two removals when the station becomes busy, and goes on when it is idle again.
 */
export interface RetentionKeeper {
  /** Resolves when nothing is being removed any more. */
  stop(): Promise<void>;
}

export function createRetentionKeeper(options: {
  clock: Clock;
  isIdle: () => boolean;
  /** Tells when the station may have become busy. */
  onChange: (look: () => void) => SyncDisposable;
  apply: (signal: AbortSignal) => Promise<unknown>;
  onDefect: (error: unknown) => void;
}): RetentionKeeper {
  const { clock, isIdle, apply, onDefect } = options;
  let stopped = false;
  let working: Promise<void> = Promise.resolve();
  let controller: AbortController | null = null;
  let timer = clock.after(firstAfter, turn);

  const changes = options.onChange(() => {
    if (controller !== null && !isIdle()) controller.abort();
  });

  function turn(): void {
    if (!isIdle()) {
      timer = clock.after(again, turn);
      return;
    }
    const current = new AbortController();
    controller = current;
    working = apply(current.signal)
      .then(() => undefined, onDefect)
      .then(() => {
        controller = null;
        if (!stopped) timer = clock.after(current.signal.aborted ? again : every, turn);
      });
  }

  return {
    async stop() {
      stopped = true;
      timer.dispose();
      changes.dispose();
      controller?.abort();
      await working;
    },
  };
}
