import { ok, type Result } from '../../src-shared/model/result.js';
import type { Sink } from '../core/reports/export-file.js';
import type { Context } from './context.js';

export { openFile, type Sink } from '../core/reports/export-file.js';

export function standardOutput({ streams }: Context): Result<Sink> {
  return ok({
    async write(text) {
      streams.out(text);
      await streams.drained?.();
    },
    close: () => Promise.resolve(ok()),
  });
}
