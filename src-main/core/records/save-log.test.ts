import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { fail, ok } from '../../../src-shared/model/result.js';
import type { LogLine } from '../../../src-shared/model/run.js';
import { saveLog } from './save-log.js';

const log: LogLine[] = Array.from({ length: 12_000 }, (_, seq) => ({
  seq,
  at: 1000 * seq,
  source: 'out',
  text: `line ${seq}`,
}));
const read = (from: number, limit: number) =>
  Promise.resolve(ok({ lines: log.slice(from, from + limit), total: log.length }));

describe('saving a log', () => {
  let folder: ReturnType<typeof createTemporaryFolder>;
  let file: string;
  beforeEach(() => {
    folder = createTemporaryFolder();
    file = join(folder.path, 'run.log');
  });
  afterEach(() => folder.dispose());

  it('writes all of it, with the times that were asked for', async () => {
    expect(await saveLog({ read, file, replace: false, times: 'start', startedAt: 0 })).toEqual(
      ok({ lines: 12_000 }),
    );
    const lines = (await readFile(file, 'utf8')).split('\n');
    expect(lines).toHaveLength(12_001);
    expect(lines[61]).toBe('+1:01.000 out     line 61');
  });

  it('replaces a file only when that was agreed to', async () => {
    await writeFile(file, 'before');
    expect(await saveLog({ read, file, replace: false, times: 'off', startedAt: 0 })).toMatchObject({
      error: { code: 'host-exists' },
    });
    expect(await readFile(file, 'utf8')).toBe('before');
    expect((await saveLog({ read, file, replace: true, times: 'off', startedAt: 0 })).ok).toBe(true);
    expect(await readFile(file, 'utf8')).toMatch(/^out {5}line 0\n/);
  });

  it('leaves nothing half-written when the log breaks off', async () => {
    const broken = (from: number, limit: number) =>
      from === 0 ? read(from, limit) : Promise.resolve(fail('log-missing', { run: 'r' }));
    expect(await saveLog({ read: broken, file, replace: false, times: 'off', startedAt: 0 })).toMatchObject({
      error: { code: 'log-missing' },
    });
    expect(await readdir(folder.path)).toEqual([]);
  });
});
