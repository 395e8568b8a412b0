import { statSync, watch } from 'node:fs';
import { basename } from 'node:path';
import type { SyncDisposable } from '../disposable.js';
import { saysAbsent } from './system-error.js';

/** What the system's watch of one folder reports. */
export interface WatchListener {
  /** An entry came, went or was renamed (`rename`), or its content or mode changed (`change`). */
  entry(kind: 'rename' | 'change', name: string | null): void;
  failed(error: unknown): void;
}

/** Opens a watch (inotify on Linux). Throws what the system says, e.g. ENOENT, ENOSPC, EMFILE. */
export type OpenWatch = (folder: string, listener: WatchListener) => SyncDisposable;

export const openSystemWatch: OpenWatch = (folder, listener) => {
  const watcher = watch(folder, { persistent: true }, (kind, name) => listener.entry(kind, name));
  watcher.on('error', (error) => listener.failed(error));
  return { dispose: () => watcher.close() };
};

/** Whether an entry of that name concerns whoever watches. */
export type ConcernsUs = (name: string) => boolean;

export interface FolderWatchesListener {
  /** An entry that concerns us came, went or changed; `null` when it may have been any of the folder. */
  entry(kind: 'rename' | 'change', folder: string, name: string | null): void;
  /** A watch broke. All of them are closed by then; the next `sync` opens them again. */
  failed(folder: string, error: unknown): void;
}

/** The watches that are open, one a folder, kept equal to what is wanted. */
export interface FolderWatches extends SyncDisposable {
  readonly folders: readonly string[];
  /**
   * Opens what is missing and closes what is no longer wanted. Answers `changed` when a watch was opened
   * or a folder was not there any more: whoever calls must look again. On `failed` all are closed.
   */
  sync(wanted: ReadonlyMap<string, ConcernsUs>): 'same' | 'changed' | { failed: string; error: unknown };
  closeAll(): void;
}

export function createFolderWatches(openWatch: OpenWatch, listener: FolderWatchesListener): FolderWatches {
  interface Open {
    watch: SyncDisposable;
    /** Tells a folder that was replaced by another of the same name. */
    folderStamp: string;
    concerns: ConcernsUs;
  }
  const open = new Map<string, Open>();

  const close = (folder: string): void => {
    open.get(folder)?.watch.dispose();
    open.delete(folder);
  };

  const closeAll = (): void => {
    for (const folder of [...open.keys()]) close(folder);
  };

  const openOne = (folder: string, concerns: ConcernsUs): void => {
    const folderStamp = stampOfFolder(folder);
    const watch = openWatch(folder, {
      entry(kind, name) {
        const entry = open.get(folder);
        if (entry?.watch !== watch) return;
        // A folder that is removed or renamed reports its own name; whether an entry is called the same
        // cannot be told, so the watch, which may be dead, is opened anew by the next sync.
        if (kind === 'rename' && name === basename(folder)) {
          close(folder);
          listener.entry(kind, folder, null);
        } else if (name === null || entry.concerns(name)) {
          listener.entry(kind, folder, name);
        }
      },
      failed(error) {
        if (open.get(folder)?.watch !== watch) return;
        closeAll();
        listener.failed(folder, error);
      },
    });
    open.set(folder, { watch, folderStamp, concerns });
  };

  return {
    get folders() {
      return [...open.keys()];
    },
    sync(wanted) {
      let changed = false;
      for (const folder of new Set([...open.keys(), ...wanted.keys()])) {
        try {
          const concerns = wanted.get(folder);
          const entry = open.get(folder);
          if (concerns !== undefined && entry?.folderStamp === stampOfFolder(folder)) {
            entry.concerns = concerns;
            continue;
          }
          close(folder);
          if (concerns === undefined) continue;
          changed = true;
          openOne(folder, concerns);
        } catch (error) {
          if (saysAbsent(error)) continue;
          closeAll();
          return { failed: folder, error };
        }
      }
      return changed ? 'changed' : 'same';
    },
    closeAll,
    dispose: closeAll,
  };
}

function stampOfFolder(folder: string): string {
  const stats = statSync(folder, { bigint: true });
  return `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`;
}
