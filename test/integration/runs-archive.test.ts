import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runRecordSchema } from '../../src-shared/model/run.js';
import { createSystemClock } from '../../src-main/core/clock.js';
import { openRecords } from '../../src-main/core/records/open-records.js';
import { connect } from '../../src-main/core/records/sqlite.js';
import { createRun } from '../fakes/records.js';

/** The records of a home, taken out of the station by the command line alone. */
describe('slipway runs', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'slipway-archive-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  function fill(count: number, first = 0): void {
    const path = join(home, 'records.db');
    const records = openRecords({ path, clock: createSystemClock(), host: 'line-1' });
    if (!records.ok) throw new Error(records.error.code);
    for (let index = first; index < first + count; index += 1) {
      const run = createRun({
        id: `run-0000-${index}`,
        startedAt: Date.UTC(2026, 0, 1) + index * 60_000,
        unitSerial: index === 1 ? '=HYPERLINK("http://bad")' : `SN-${index}`,
        verdict: index % 2 === 0 ? 'PASS' : 'FAIL',
      });
      const saved = records.value.save(run);
      if (!saved.ok) throw new Error(saved.error.code);
    }
    records.value.close();
  }

  const slipway = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const env = { ...process.env, LANG: 'en_US.UTF-8' };
      const child = execFile(
        process.execPath,
        ['bin/slipway.js', 'runs', ...args, '--home', home],
        { env, maxBuffer: 64 * 1024 ** 2 },
        (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
      );
    });

  it('exports as CSV with stable columns, and disarms what a spreadsheet would run', async () => {
    fill(3);
    const { code, out } = await slipway('export');
    expect(code).toBe(0);
    const [head, ...rows] = out.trimEnd().split('\r\n');
    expect(head?.replace('\ufeff', '')).toBe(
      'run,started,ended,duration_ms,verdict,fault,fault_detail,unit,model,recipe,recipe_sha256,attempt,bay,' +
        'bay_label,operator,host,image,image_id,image_digest,content_sha256,physical_path,tests,tests_failed',
    );
    expect(rows).toHaveLength(3);
    expect(rows[1]).toContain(`"'=HYPERLINK(""http://bad"")"`);
  });

  it('exports more runs than a page as JSON Lines, filtered, to a file that appears whole', async () => {
    fill(502);
    const file = join(home, 'export.jsonl');
    const { code, err } = await slipway('export', '--format', 'json', '--verdict', 'pass', '--output', file);
    expect([code, err.trim()]).toEqual([0, '251 runs exported.']);
    const runs = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(runs.map((line) => runRecordSchema.parse(JSON.parse(line)).verdict)).toEqual(
      Array(251).fill('PASS'),
    );
    expect(await slipway('export', '--output', file)).toMatchObject({ code: 2 });
    const { out } = await slipway('export', '--from', '2026-01-01T00:10Z', '--until', '2026-01-01T00:12Z');
    expect(out.trimEnd().split('\r\n')).toHaveLength(3);
  });

  it('verifies: 0 for what the station wrote, 1 with the run’s name for what was edited', async () => {
    fill(5);
    const good = await slipway('verify');
    expect(good).toMatchObject({ code: 0 });
    const head = /[0-9a-f]{64}/.exec(good.out)?.[0] ?? '';
    fill(1, 5);
    expect(await slipway('verify', '--head', head)).toMatchObject({ code: 0 });
    expect(await slipway('verify', '--head', 'f'.repeat(64))).toMatchObject({ code: 1 });
    const database = connect(join(home, 'records.db'), 'write');
    database.exec("UPDATE runs SET unit_serial = 'SN-9' WHERE id = 'run-0000-3'");
    database.close();
    const bad = await slipway('verify', '--json');
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.out.split('\n')[0] ?? '')).toMatchObject({
      kind: 'edited',
      run: 'run-0000-3',
      seq: 4,
    });
  });

  it('backs up beside what goes on, restores what was checked, and keeps what was there', async () => {
    fill(4);
    const copy = join(home, 'copy.db');
    expect(await slipway('backup', copy)).toMatchObject({ code: 0 });
    fill(2, 4);
    const restored = await slipway('restore', copy);
    expect(restored.code).toBe(0);
    const kept = /kept as (\S+)\./.exec(restored.out)?.[1] ?? '';
    expect(existsSync(kept)).toBe(true);
    const { out } = await slipway('list', '--json');
    expect(out.trimEnd().split('\n')).toHaveLength(4);
  });

  it.each([
    ['a format that is none', ['export', '--format', 'pdf'], 64],
    ['a time that is none', ['export', '--from', 'yesterday'], 64],
    ['a seal that is none', ['verify', '--head', 'abc'], 64],
    ['no records', ['verify'], 2],
    ['no copy', ['restore', '/nowhere/copy.db'], 2],
  ])('refuses %s with words', async (_, args, code) => {
    const refused = await slipway(...args);
    expect(refused.code).toBe(code);
    expect(refused.err).not.toBe('');
  });
});
