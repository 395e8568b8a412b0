import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';
import { createBackOff } from '../ports/back-off.js';
import { createFolderWatches, openSystemWatch, type OpenWatch } from '../ports/folder-watches.js';
import { isSystemError } from '../ports/system-error.js';

/** Editors write a file in several steps; only their last one counts. Milliseconds. */
const QUIET = 100;
/** Watches say nothing on network drives and behind symbolic links; a slow look makes up for it. Milliseconds. */
const SLOW_LOOK = 30_000;

export interface WatchedFolderOptions {
  folder: string;
  clock: Clock;
  /** Whether an entry of that name is of interest. */
  concerns: (name: string) => boolean;
  /** Something may have changed. Comes more often than something does. */
  onLook: () => void;
  openWatch?: OpenWatch;
}

/**
 * Watches the entries of one folder, which may be missing, vanish and come back. A watch that fails is
 * opened again with back-off; it never gives up. Throws on what is no failure of the system.
 */
export function watchFolder(options: WatchedFolderOptions): SyncDisposable {
  const { folder, clock, concerns, onLook, openWatch = openSystemWatch } = options;
  const wanted = new Map([[folder, concerns]]);
  let disposed = false;
  let quiet: SyncDisposable | null = null;

  const watches = createFolderWatches(openWatch, {
    entry() {
      quiet?.dispose();
      quiet = clock.after(QUIET, () => {
        quiet = null;
        look();
      });
    },
    failed(_folder, error) {
      if (!isSystemError(error)) throw error;
      backOff.schedule();
    },
  });
  const backOff = createBackOff(clock, look);
  let slowLook = clock.after(SLOW_LOOK, lookAgain);

  function open(): void {
    const result = watches.sync(wanted);
    if (typeof result === 'object' && !isSystemError(result.error)) throw result.error;
    if (watches.folders.includes(folder)) backOff.reset();
    else backOff.schedule();
  }

  function look(): void {
    if (disposed) return;
    open();
    onLook();
  }

  function lookAgain(): void {
    slowLook = clock.after(SLOW_LOOK, lookAgain);
    look();
  }

  open();
  return {
    dispose() {
      disposed = true;
      quiet?.dispose();
      slowLook.dispose();
      backOff.dispose();
      watches.dispose();
    },
  };
}
