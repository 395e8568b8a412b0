import { once } from 'node:events';
import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { fail, fault, ok, type Result } from '../../../src-shared/model/result.js';

/** Where an export goes, however long it is. */
export interface Sink {
  /** Resolves when more can be taken. */
  write(text: string): Promise<void>;
  /** Keeps what was written, or leaves nothing. `target-unwritable`. */
  close(complete: boolean): Promise<Result<void>>;
}

/**
 * Written beside its name and moved there when it is complete: a half export is never taken for a whole one.
 * `target-exists` unless what is there may be replaced.
 */
export function openFile(path: string, { replace = false }: { replace?: boolean } = {}): Result<Sink> {
  if (!replace && existsSync(path)) return fail('target-exists', { path });
  const making = `${path}.part`;
  const stream = createWriteStream(making);
  let problem: Error | null = null;
  stream.on('error', (error) => (problem = error));
  return ok({
    async write(text) {
      if (problem !== null) return;
      // An error ends the wait as well; `close` says so.
      if (!stream.write(text)) await once(stream, 'drain').catch(() => problem);
    },
    async close(complete) {
      try {
        stream.end();
        await finished(stream);
        if (complete) renameSync(making, path);
        return ok();
      } catch (error) {
        return { ok: false, error: fault('target-unwritable', { path }, String(error)) };
      } finally {
        rmSync(making, { force: true });
      }
    },
  });
}
