import { findIn, type LogQuery } from './find-in.js';

/** Searches beside the page, which so draws on whatever the expression takes. */
globalThis.onmessage = ({ data }: MessageEvent<{ id: number; query: LogQuery; texts: string[] }>) => {
  globalThis.postMessage({ id: data.id, places: findIn(data.query, data.texts) });
};
