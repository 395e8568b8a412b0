import { lstat } from 'node:fs/promises';
import { sha256OfFile } from '../files/sha256.js';

/** As many files as are remembered; a context has some thousands. */
const remembered = 50_000;

/**
 * Remembers the hashes of files that have not been touched since, for looking again and again whether an image is
 * outdated. A build itself never asks it: a file can be changed without a trace in its times.
 */
export interface HashCache {
  /** SHA-256 of the content, hexadecimal. Rejects with the system's error. */
  hash(path: string, signal: AbortSignal): Promise<string>;
}

export function createHashCache(): HashCache {
  const known = new Map<string, { stamp: string; hash: string }>();
  return {
    async hash(path, signal) {
      const { ino, size, mtimeMs, ctimeMs } = await lstat(path);
      const stamp = [ino, size, mtimeMs, ctimeMs].join(' ');
      const found = known.get(path);
      if (found?.stamp === stamp) return found.hash;
      const hash = await sha256OfFile(path, { signal });
      if (known.size >= remembered) known.clear();
      known.set(path, { stamp, hash });
      return hash;
    },
  };
}
