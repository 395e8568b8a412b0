import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of one test, gone when it is disposed. */
export function createTemporaryFolder(): { path: string; dispose(): void } {
  const path = mkdtempSync(join(tmpdir(), 'slipway-ports-'));
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) };
}
