import { watch } from 'node:fs';
import type { WebContents } from 'electron';
import type { Clock } from '../core/clock.js';
import type { SyncDisposable } from '../core/disposable.js';

/** A build writes many files; the page is reloaded once they are all there. */
const settleMs = 200;

/** Reloads the page whenever its built files change: for daily work (SLIPWAY_DEV=1) alone. */
export function reloadOnChange(folder: string, contents: WebContents, clock: Clock): SyncDisposable {
  let pending: SyncDisposable | undefined;
  const watcher = watch(folder, { recursive: true }, () => {
    pending?.dispose();
    pending = clock.after(settleMs, () => contents.reloadIgnoringCache());
  });
  return {
    dispose() {
      pending?.dispose();
      watcher.close();
    },
  };
}
