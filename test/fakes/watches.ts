import type { OpenWatch, WatchListener } from '../../src-main/core/ports/folder-watches.js';

/** Watches that a test breaks, or that see nothing at all. */
export function createFakeWatches(options: { fail?: (folder: string) => Error | null } = {}) {
  const open = new Map<string, Set<WatchListener>>();
  const openWatch: OpenWatch = (folder, listener) => {
    const failure = options.fail?.(folder) ?? null;
    if (failure !== null) throw failure;
    const listeners = open.get(folder) ?? new Set();
    open.set(folder, listeners.add(listener));
    return {
      dispose: () => {
        listeners.delete(listener);
        if (listeners.size === 0) open.delete(folder);
      },
    };
  };
  return {
    openWatch,
    folders: () => [...open.keys()],
    /** Reports an entry as the system would. */
    entry(folder: string, kind: 'rename' | 'change', name: string) {
      for (const listener of [...(open.get(folder) ?? [])]) listener.entry(kind, name);
    },
    breakAll(error: Error) {
      for (const listener of [...open.values()].flatMap((listeners) => [...listeners]))
        listener.failed(error);
    },
  };
}

/** An error as the system throws it. */
export function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: made up, watch '${path}'`), {
    code,
    path,
    syscall: 'watch',
    errno: -1,
  });
}
