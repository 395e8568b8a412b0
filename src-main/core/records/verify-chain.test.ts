import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/fakes/clock.js';
import { createRun } from '../../../test/fakes/records.js';
import type { ChainReport } from '../../../src-shared/model/chain.js';
import type { Result } from '../../../src-shared/model/result.js';
import { backUpRecords, checkBackup, restoreRecords } from './backup.js';
import { openRecords } from './open-records.js';
import type { Records } from './records.js';
import { connect } from './sqlite.js';
import { verifyChain } from './verify-chain.js';

function value<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`${result.error.code} ${result.error.detail ?? ''}`);
  return result.value;
}

describe('the chain of records', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-chain-'));
    path = join(folder, 'records.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (): Records => value(openRecords({ path, clock: createFakeClock(), host: 'line-1' }));

  /** Runs that begin in one order and end in another, as in several bays. */
  function fill(count: number): string {
    const records = open();
    const runs = Array.from({ length: count }, (_, index) =>
      createRun({ id: `run-0000-${index}`, startedAt: 1000 + index, unitSerial: `SN-${index}` }),
    );
    for (const run of runs) value(records.save({ ...run, verdict: null, endedAt: null, fault: null }));
    for (const run of [...runs].reverse())
      value(records.save({ ...run, verdict: 'PASS', fault: null, endedAt: 9000 }));
    const { hash } = value(records.head());
    records.close();
    return hash;
  }

  function tamper(sql: string): void {
    const database = connect(path, 'write');
    database.exec(`PRAGMA foreign_keys = OFF; ${sql}`);
    database.close();
  }

  const report = async (noted?: string): Promise<ChainReport> => value(await verifyChain({ path, noted }));

  it('holds for what the station wrote, and ends in the head that it names', async () => {
    const head = fill(520);
    const progress: number[] = [];
    const found = await verifyChain({ path, noted: head, onProgress: (done) => progress.push(done) });
    expect(value(found)).toEqual({ records: 520, head, problems: [], problemCount: 0 });
    expect(progress).toEqual([100, 200, 300, 400, 500, 520]);
  });

  it('leaves out what goes on, and holds beside a station that runs', async () => {
    fill(2);
    const records = open();
    value(records.save(createRun({ id: 'run-0000-open', verdict: null, endedAt: null })));
    expect(await report()).toMatchObject({ records: 2, problemCount: 0 });
    records.close();
  });

  it.each([
    ['a verdict', "UPDATE facets SET verdict = 'FAIL' WHERE verdict = 'PASS'", 6],
    ['a serial number', "UPDATE runs SET unit_serial = 'SN-9' WHERE id = 'run-0000-3'", 1],
    ['a time', "UPDATE runs SET ended_at = ended_at + 1 WHERE id = 'run-0000-3'", 1],
    [
      'a test',
      `UPDATE runs SET tests = '[]', phases = '[{"phase":"flash","startedAt":1,"endedAt":2}]' WHERE id = 'run-0000-3'`,
      1,
    ],
    ['a row into what cannot be read', "UPDATE runs SET phases = '{' WHERE id = 'run-0000-3'", 1],
  ])('names the records in which somebody changed %s', async (_, sql, count) => {
    fill(6);
    tamper(sql);
    const { problems, problemCount } = await report();
    expect(problemCount).toBe(count);
    expect(problems).toContainEqual({ kind: 'edited', run: 'run-0000-3', seq: 3 });
  });

  it('names a record that is missing, with and without its link', async () => {
    fill(6);
    tamper("DELETE FROM runs WHERE id = 'run-0000-3'");
    expect((await report()).problems).toEqual([{ kind: 'missing', run: 'run-0000-3', seq: 3 }]);
    tamper("DELETE FROM chain WHERE run = 'run-0000-3'");
    expect((await report()).problems).toEqual([{ kind: 'missing', run: null, seq: 3 }]);
  });

  it('misses the newest records when they are cut off with their links, and a chain that was shortened whole', async () => {
    const head = fill(6);
    tamper("DELETE FROM runs WHERE id IN ('run-0000-0', 'run-0000-1'); DELETE FROM chain WHERE seq > 4");
    expect((await report()).problems).toEqual([
      { kind: 'missing', run: null, seq: 5 },
      { kind: 'missing', run: null, seq: 6 },
    ]);
    tamper('UPDATE chain_head SET count = 4, hash = (SELECT hash FROM chain WHERE seq = 4)');
    expect((await report()).problems).toEqual([]);
    expect((await report(head)).problems).toEqual([{ kind: 'noted-head-unknown', run: null, seq: null }]);
  });

  it('names records that changed places', async () => {
    fill(6);
    tamper('UPDATE chain SET seq = -seq WHERE seq IN (3, 4); UPDATE chain SET seq = 7 + seq WHERE seq < 0');
    const { problems } = await report();
    expect(problems.map(({ kind }) => kind)).toEqual(['reordered', 'reordered', 'reordered']);
    expect(problems.map(({ seq }) => seq)).toEqual([3, 4, 5]);
  });

  it('names a record that was put in, and a head that is not the chain’s', async () => {
    fill(3);
    const columns = `facet, started_at, ended_at, bay_label, physical_path, port_path, port_identity, attempt,
      recipe_hash, image_name, host, phases, tests`;
    tamper(`INSERT INTO runs (position, id, ${columns})
      SELECT position + 1, 'run-forged', ${columns} FROM runs WHERE id = 'run-0000-1';
      UPDATE chain_head SET hash = 'x'`);
    expect((await report()).problems).toEqual([
      { kind: 'head-differs', run: null, seq: 3 },
      { kind: 'added', run: 'run-forged', seq: null },
    ]);
  });

  it('says that there is no chain where it was taken away, and is not led to count for ever', async () => {
    fill(3);
    tamper('UPDATE chain_head SET count = 1000000000');
    expect(await report()).toMatchObject({ problemCount: 1_000_000_000 - 3 });
    tamper('DELETE FROM chain_head');
    expect((await report()).problems).toEqual([{ kind: 'no-chain', run: null, seq: null }]);
  });

  it('has no answer for a file that is not there or damaged', async () => {
    expect(await verifyChain({ path })).toMatchObject({ ok: false, error: { code: 'records-missing' } });
    fill(60);
    truncateSync(path, readFileSync(path).length / 2);
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
    expect(await verifyChain({ path })).toMatchObject({ ok: false, error: { code: 'records-corrupt' } });
  });

  describe('in a copy', () => {
    it('is made beside a running station and holds all that was committed', async () => {
      const head = fill(20);
      const records = open();
      const copy = join(folder, "it's a copy.db");
      const facts = value(await backUpRecords(path, copy));
      expect(facts).toMatchObject({ runs: 20, newest: 1019, chain: { records: 20, head, problemCount: 0 } });
      value(records.save(createRun({ id: 'run-0000-later', startedAt: 5000 })));
      records.close();
      expect(value(await checkBackup(copy)).runs).toBe(20);
      expect(await backUpRecords(path, copy)).toMatchObject({ error: { code: 'target-exists' } });
    });

    it('takes the place of the records, which are kept beside it', async () => {
      fill(20);
      const copy = join(folder, 'copy.db');
      value(await backUpRecords(path, copy));
      const records = open();
      value(records.save(createRun({ id: 'run-0000-later', startedAt: 5000 })));
      records.close();
      const { kept } = value(await restoreRecords(copy, path, 0));
      expect(kept).toBe(`${path}.before-1970-01-01T00-00-00-000Z`);
      expect(value(await checkBackup(kept ?? '')).runs).toBe(21);
      const restored = open();
      expect(restored.find('run-0000-later')).toMatchObject({ error: { code: 'run-unknown' } });
      expect(value(restored.list({ limit: 500 }))).toHaveLength(20);
      restored.close();
      expect(await report()).toMatchObject({ records: 20, problemCount: 0 });
    });

    it('hands out no serial number that was handed out since it was made', async () => {
      const range = { range: "widget's", from: 7, to: 20 };
      fill(1);
      const before = open();
      expect(before.allocate(range, 'run-a')).toMatchObject({ value: 7 });
      before.close();
      const copy = join(folder, 'copy.db');
      value(await backUpRecords(path, copy));
      const since = open();
      expect(since.allocate(range, 'run-b')).toMatchObject({ value: 8 });
      since.close();
      value(await restoreRecords(copy, path, 0));
      const restored = open();
      expect(restored.allocate(range, 'run-c')).toMatchObject({ value: 9 });
      expect(restored.allocate(range, 'run-b')).toMatchObject({ value: 8 });
      restored.close();
      expect(await report()).toMatchObject({ records: 1, problemCount: 0 });
    });

    it('is put in the place of records that are beyond reading: no number can be had of them', async () => {
      fill(20);
      const copy = join(folder, 'copy.db');
      value(await backUpRecords(path, copy));
      writeFileSync(path, 'Dear diary');
      for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
      value(await restoreRecords(copy, path, 0));
      expect(await report()).toMatchObject({ records: 20, problemCount: 0 });
    });

    it('replaces nothing when it is damaged, foreign or tampered with', async () => {
      fill(60);
      const before = readFileSync(path);
      const refused = async (copy: string, code: string): Promise<void> => {
        expect(await restoreRecords(copy, path, 0)).toMatchObject({ ok: false, error: { code } });
        expect(readFileSync(path).equals(before)).toBe(true);
        expect(existsSync(`${path}.restored`)).toBe(false);
      };
      const copy = join(folder, 'copy.db');
      await refused(copy, 'records-missing');
      writeFileSync(copy, 'Dear diary');
      await refused(copy, 'records-corrupt');
      copyFileSync(path, copy);
      truncateSync(copy, before.length / 2);
      await refused(copy, 'records-corrupt');
      copyFileSync(path, copy);
      const database = connect(copy, 'write');
      database.exec("UPDATE runs SET unit_serial = 'SN-9' WHERE id = 'run-0000-3'");
      database.close();
      await refused(copy, 'records-tampered');
    });
  });
});
