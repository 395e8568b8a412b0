import type { LogQuery } from './find-in.js';
import workerUrl from './search-worker.ts?worker&url';

/** Finds the places of a query in lines. */
export interface LogSearcher {
  /** The places of each line; null when it took too long, as an expression that backtracks without end does. */
  find(query: LogQuery, texts: readonly string[]): Promise<number[][] | null>;
  dispose(): void;
}

/** How long some thousand lines may take, in ms: several times what a slow machine needs. */
const limitMs = 2000;

/** Chromium's trusted types, as far as they are used; the compiler's library does not know them yet. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}

/** The searcher of a page: one worker, begun with the first search and begun anew after one that took too long. */
export function createLogSearcher(window: Window): LogSearcher {
  const types = Reflect.get(window, 'trustedTypes') as TrustedTypes | undefined;
  // The page's policy lets this one file be a worker.
  const policy = types?.createPolicy('slipway-log-search', { createScriptURL: () => workerUrl });
  const waiting = new Map<number, { resolve: (places: number[][] | null) => void; timer: number }>();
  let worker: Worker | null = null;
  let last = 0;

  function start(): Worker {
    const started = new Worker(policy?.createScriptURL(workerUrl) ?? workerUrl, { type: 'module' });
    started.onmessage = ({ data }: MessageEvent<{ id: number; places: number[][] }>) => {
      settle(data.id, data.places);
    };
    return started;
  }

  function settle(id: number, places: number[][] | null): void {
    const one = waiting.get(id);
    if (one === undefined) return;
    waiting.delete(id);
    window.clearTimeout(one.timer);
    one.resolve(places);
  }

  /** What else was asked of it is not answered either. */
  function giveUp(): void {
    worker?.terminate();
    worker = null;
    for (const id of [...waiting.keys()]) settle(id, null);
  }

  return {
    find(query, texts) {
      worker ??= start();
      last += 1;
      const id = last;
      worker.postMessage({ id, query, texts });
      return new Promise((resolve) => {
        waiting.set(id, { resolve, timer: window.setTimeout(giveUp, limitMs) });
      });
    },
    dispose: giveUp,
  };
}
