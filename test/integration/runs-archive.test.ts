import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import type { TestOutcome } from '../../src-shared/model/test.js';
import { runRecordSchema } from '../../src-shared/model/run.js';
import { createSystemClock } from '../../src-main/core/clock.js';
import { openRecords } from '../../src-main/core/records/open-records.js';
import { connect } from '../../src-main/core/records/sqlite.js';
import { createRun } from '../fakes/records.js';

function aTest(text: string): TestOutcome {
  const number = Number.isNaN(Number(text)) ? null : Number(text);
  const times = { verdict: 'FAIL', startedAt: 0, endedAt: 1000, exitCode: null } as const;
  const measurement = { name: 'vcc', text, number, unit: 'V', min: 3.1, max: 3.5, verdict: 'FAIL' } as const;
  const attempts = [{ ...times, measurements: [measurement] }];
  return { name: 'power', kind: 'serial', optional: false, ...times, attempts };
}

/** What Jenkins' schema has against a report; none when it takes it. */
async function refusals(xml: string): Promise<string[]> {
  const contents = readFileSync(join(import.meta.dirname, '../fixtures/jenkins-junit.xsd'), 'utf8');
  const schema = [{ fileName: 'jenkins-junit.xsd', contents }];
  const { errors } = await validateXML({ xml: [{ fileName: 'runs.xml', contents: xml }], schema });
  return errors.map(({ message }) => message);
}

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

  it('exports many runs as JUnit XML that Jenkins’ own schema takes, each with its log', async () => {
    fill(4);
    mkdirSync(join(home, 'logs'));
    const line = `0\t2026-01-01T00:01:00.000Z\tout\t-\tU-Boot <2012> & co\n`;
    writeFileSync(join(home, 'logs/run-0000-1.log'), line);
    const file = join(home, 'batch.xml');
    expect(await slipway('export', '--format', 'junit', '--output', file)).toMatchObject({
      code: 0,
      err: '4 runs exported.\n',
    });
    const xml = readFileSync(file, 'utf8');
    expect(xml.match(/<testsuite /g)).toHaveLength(4);
    expect(xml).toContain('<system-out>U-Boot &lt;2012&gt; &amp; co</system-out>');
    expect(await refusals(xml)).toEqual([]);
    const none = await slipway('export', '--format', 'junit', '--recipe', 'nobody');
    expect(await refusals(none.out)).toEqual([]);
    expect(await slipway('export', '--format', 'junit', '--measurements')).toMatchObject({ code: 64 });
  });

  it('narrows every export and the list down to one order, and names the JUnit file after it', async () => {
    fill(2);
    const path = join(home, 'records.db');
    const opened = openRecords({ path, clock: createSystemClock(), host: 'line-1' });
    if (!opened.ok) throw new Error(opened.error.code);
    const order = { orderNumber: 'PO 4711 & Söhne', recipe: 'widget', quantity: 3, serials: [] };
    const by = { operator: 'Ada', at: Date.UTC(2026, 0, 1, 0, 2, 30) };
    expect(opened.value.batches.open(order, by)).toMatchObject({ ok: true, value: { id: 1 } });
    opened.value.close();
    fill(5);
    const named = async (...args: string[]): Promise<string> => (await slipway(...args, '--batch', '1')).out;
    expect(await named('export')).not.toMatch(/run-0000-[01]/);
    for (const out of [await named('export'), await named('export', '--format', 'json'), await named('list')])
      expect(new Set(out.match(/run-0000-\d/g))).toEqual(new Set(['run-0000-2', 'run-0000-3', 'run-0000-4']));
    const xml = await named('export', '--format', 'junit');
    expect(xml).toContain('<testsuites name="PO 4711 &amp; Söhne">');
    expect(xml.match(/<testsuite /g)).toHaveLength(3);
    expect(await refusals(xml)).toEqual([]);
    expect(await named('export', '--measurements')).not.toContain('run-');
    for (const command of ['export', 'list']) {
      const unknown = await slipway(command, '--batch', '9');
      expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('There is no batch 9.')]);
      expect(await slipway(command, '--batch', 'PO')).toMatchObject({ code: 64 });
    }
  });

  it('lists the shifts, the present one first, and who began each', async () => {
    fill(4);
    const path = join(home, 'records.db');
    const records = openRecords({ path, clock: createSystemClock(), host: 'line-1' });
    if (!records.ok) throw new Error(records.error.code);
    records.value.resetCounters(Date.now(), 'Zoë');
    records.value.close();
    const { code, out } = await slipway('shifts');
    expect([code, out.split('\n')]).toEqual([
      0,
      [
        expect.stringMatching(/^BEGAN +ENDED +BEGUN BY +UNITS +RUNS +PASS +FAIL +OTHER$/),
        expect.stringMatching(/^\S+Z +Zoë +0 +0 +0 +0 +0$/),
        expect.stringMatching(/^\S+Z +\S+Z +4 +4 +2 +2 +0$/),
        '',
      ],
    ]);
    const json = await slipway('shifts', '--json', '--limit', '1');
    expect(JSON.parse(json.out)).toMatchObject({ type: 'shift', operator: 'Zoë', until: null, runs: 0 });
  });

  it('exports measurements, a row each, disarmed as CSV and typed as JSON Lines, by operator and error code', async () => {
    const path = join(home, 'records.db');
    const records = openRecords({ path, clock: createSystemClock(), host: 'line-1' });
    if (!records.ok) throw new Error(records.error.code);
    for (const [index, text] of ['3.30', '=1+1', '-2'].entries()) {
      records.value.save(
        createRun({
          id: `run-0000-${index}`,
          operator: index === 0 ? 'Ada' : 'Zoë',
          unitSerial: `SN-${index}`,
          verdict: 'FAIL',
          fault: { code: index === 2 ? 'test-failed' : 'measurement-out-of-limits' },
          tests: [aTest(text)],
        }),
      );
    }
    records.value.close();
    const { out } = await slipway('export', '--measurements', '--operator', 'Zoë');
    const rows = out.trimEnd().split('\r\n');
    expect(rows).toHaveLength(3);
    expect(rows[0]).toContain(
      'phase,phase_attempt,counts,measured,name,value,number,value_unit,min,max,equals',
    );
    expect(out).toContain(",vcc,'=1+1,,V,3.1,3.5,");
    expect(out).toContain(",vcc,'-2,-2,V,3.1,3.5,");
    const one = await slipway('export', '--measurements', '--format', 'json', '--fault', 'test-failed');
    expect(JSON.parse(one.out)).toMatchObject({
      unit: 'SN-2',
      phase: 'power',
      name: 'vcc',
      number: -2,
      limits: '3.1 … 3.5 V',
      verdict: 'FAIL',
    });
    expect(await slipway('export', '--fault', 'no-such-code')).toMatchObject({ code: 64 });
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
