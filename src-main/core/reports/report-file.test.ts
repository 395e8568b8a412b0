import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeReport } from './report-file.js';

describe('a report', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-report-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('takes the place of the one before, and leaves nothing beside it', async () => {
    const file = join(folder, 'report.pdf');
    expect(await writeReport(file, 'a longer one from before')).toEqual({ ok: true, value: undefined });
    expect(await writeReport(file, Buffer.from('%PDF'))).toMatchObject({ ok: true });
    expect(readFileSync(file, 'utf8')).toBe('%PDF');
    expect(readdirSync(folder)).toEqual(['report.pdf']);
  });

  it('is written to what is no file, which stays what it is', async () => {
    expect(await writeReport('/dev/null', 'to nobody')).toMatchObject({ ok: true });
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('that cannot be written says so, and leaves nothing', async () => {
    mkdirSync(join(folder, 'reports'));
    for (const file of [join(folder, 'reports'), join(folder, 'nowhere', 'report.csv')]) {
      const refused = { error: { code: 'target-unwritable', params: { path: file } } };
      expect(await writeReport(file, 'x')).toMatchObject(refused);
    }
    expect(readdirSync(folder)).toEqual(['reports']);
  });
});
