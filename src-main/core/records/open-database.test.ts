import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
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
import type { FaultCode } from '../../../src-shared/model/result.js';
import { migrations } from './migrations.js';
import { openDatabase } from './open-database.js';
import { openRecords } from './open-records.js';
import { verifyChain } from './verify-chain.js';
import { closeWriter, connect, readValues } from './sqlite.js';

describe('opening the database', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-database-'));
    path = join(folder, 'records.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Every file of the folder with its bytes. The -shm holds nothing of its own: SQLite makes it anew from the -wal. */
  const contents = (): Record<string, Buffer> =>
    Object.fromEntries(
      readdirSync(folder)
        .filter((name) => !name.endsWith('-shm'))
        .map((name) => [name, readFileSync(join(folder, name))]),
    );

  function fill(runs: number): void {
    const opened = openRecords({ path, clock: createFakeClock(), host: 'line-1' });
    if (!opened.ok) throw new Error(opened.error.detail);
    for (let index = 0; index < runs; index++) {
      opened.value.save(
        createRun({ id: `run-${index}`, startedAt: 1000 + index, unitSerial: `SN-${index}` }),
      );
    }
    opened.value.close();
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  }

  function expectRefusal(code: FaultCode, params: Record<string, unknown> = { path }): void {
    const before = contents();
    for (let start = 0; start < 2; start++) {
      expect(openDatabase({ path, migrations })).toMatchObject({ ok: false, error: { code, params } });
      expect(contents()).toEqual(before);
    }
  }

  describe('that is damaged', () => {
    it.each([
      ['empty', Buffer.alloc(0)],
      ['a text', Buffer.from('Dear diary,\n'.repeat(1000))],
      ['cut within its header', Buffer.from('SQLite format 3\0')],
    ])('refuses a file that is %s', (_, bytes) => {
      writeFileSync(path, bytes);
      expectRefusal('records-corrupt');
    });

    it('refuses a file that was cut short', () => {
      fill(200);
      const size = readFileSync(path).length;
      truncateSync(path, size / 2);
      expectRefusal('records-corrupt');
    });

    it('refuses a file with a page of garbage in it', () => {
      fill(200);
      const bytes = readFileSync(path);
      bytes.fill(0xa5, 4096 * 12, 4096 * 13);
      writeFileSync(path, bytes);
      expectRefusal('records-corrupt');
    });

    it('refuses a file with one damaged page header anywhere, or opens it whole', () => {
      fill(60);
      const whole = readFileSync(path);
      const opened: number[] = [];
      for (let page = 0; page < whole.length / 4096; page++) {
        const bytes = Buffer.from(whole);
        bytes.fill(0xff, page * 4096 + (page === 0 ? 100 : 0), page * 4096 + 128);
        writeFileSync(path, bytes);
        const result = openDatabase({ path, migrations });
        if (result.ok) {
          opened.push(page);
          closeWriter(result.value, path);
        } else {
          expect(result.error.code).toBe('records-corrupt');
          expect(readFileSync(path).equals(bytes)).toBe(true);
        }
        for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
      }
      expect(opened).toEqual([]);
    });

    it('refuses damage under commits that a killed station left in the -wal, and keeps those', () => {
      const opened = openDatabase({ path, migrations });
      if (!opened.ok) throw new Error(opened.error.code);
      opened.value.exec(`INSERT INTO shifts (since, operator, host) VALUES (1, 'Ada', 'line-1')`);
      const killed = join(folder, 'killed.db');
      for (const suffix of ['', '-wal']) copyFileSync(path + suffix, killed + suffix);
      closeWriter(opened.value, path);
      path = killed;
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.fill(0xa5, 4096 * 3, 4096 * 4));
      expectRefusal('records-corrupt');
    });

    it('refuses the commits of a database that is gone', () => {
      writeFileSync(`${path}-wal`, 'commits');
      expectRefusal('records-corrupt', { path: `${path}-wal` });
    });

    it('refuses the database of another program', () => {
      const other = connect(path, 'write');
      other.exec('CREATE TABLE bookmarks (id INTEGER PRIMARY KEY); PRAGMA user_version = 1');
      other.close();
      expectRefusal('records-corrupt');
    });
  });

  it('refuses a database of a newer Slipway', () => {
    fill(3);
    const newer = connect(path, 'write');
    newer.exec(`PRAGMA user_version = ${migrations.length + 4}`);
    closeWriter(newer, path);
    expectRefusal('records-newer', { path, found: migrations.length + 4, known: migrations.length });
  });

  it('begins with nothing beside the file, even after a start that was killed while making it', () => {
    writeFileSync(`${path}.new`, 'half a database');
    writeFileSync(`${path}.new-journal`, 'its journal');
    writeFileSync(`${path}-wal`, '');
    const opened = openDatabase({ path, migrations });
    if (!opened.ok) throw new Error(opened.error.detail);
    expect(readdirSync(folder).filter((name) => name.includes('.new'))).toEqual([]);
    closeWriter(opened.value, path);
  });

  it('writes ahead, and waits for the disk at each commit', () => {
    const opened = openDatabase({ path, migrations });
    if (!opened.ok) throw new Error(opened.error.detail);
    const database = opened.value;
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(database.prepare('PRAGMA foreign_keys').get()).toEqual({ foreign_keys: 1 });
    expect(database.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 5000 });
    closeWriter(database, path);
  });

  describe('of an earlier version', () => {
    const made = [
      'CREATE TABLE words (word TEXT)',
      "INSERT INTO words VALUES ('second')",
      "INSERT INTO words VALUES ('third')",
    ];

    function openWith(list: readonly string[]): unknown[] {
      const opened = openDatabase({ path, migrations: list });
      if (!opened.ok) throw new Error(opened.error.detail);
      const words = readValues(opened.value, 'SELECT word FROM words ORDER BY rowid');
      closeWriter(opened.value, path);
      return words;
    }

    it.each([1, 2, 3])('goes on from version %i with the steps that are missing, each once', (version) => {
      openWith(made.slice(0, version));
      expect(openWith(made)).toEqual(['second', 'third']);
      expect(openWith(made)).toEqual(['second', 'third']);
    });

    it('keeps the steps that worked and undoes one that breaks off', () => {
      openWith(made.slice(0, 1));
      const broken = [
        ...made.slice(0, 2),
        "INSERT INTO words VALUES ('half'); INSERT INTO nowhere VALUES (1)",
      ];
      expect(() => openDatabase({ path, migrations: broken })).toThrow('nowhere');
      expect(openWith(made)).toEqual(['second', 'third']);
    });

    it.each(migrations.map((_, index) => index + 1))(
      'of Slipway keeps its runs: version %i',
      async (version) => {
        const opened = openDatabase({ path, migrations: migrations.slice(0, version) });
        if (!opened.ok) throw new Error(opened.error.detail);
        opened.value.exec(readFileSync(new URL(`fixtures/version-${version}.sql`, import.meta.url), 'utf8'));
        closeWriter(opened.value, path);
        const records = openRecords({ path, clock: createFakeClock(), host: 'line-1' });
        if (!records.ok) throw new Error(records.error.detail);
        expect(records.value.list({ limit: 10, verdict: 'FAIL' })).toMatchObject({
          ok: true,
          value: [
            {
              id: '01940000-0000-7000-8000-000000000001',
              unitSerial: 'SN-1',
              fault: { code: 'flash-failed' },
            },
          ],
        });
        expect(records.value.unfinished()).toMatchObject({ ok: true, value: [{ verdict: null, bay: 2 }] });
        // What ended before there were tallies is counted by the step that brings them.
        expect(records.value.history.statistics({})).toMatchObject({
          ok: true,
          value: { total: { runs: 1, fail: 1 }, failuresByPhase: [{ key: 'flash', count: 1 }] },
        });
        if (version >= 7) {
          // So are the runs of an order, from before they were kept.
          const ofOrder = records.value.list({ batch: 1, limit: 10 });
          expect(ofOrder).toMatchObject({ value: [{ unitSerial: 'SN-1' }] });
          expect(records.value.history.statistics({ batch: 1 })).toMatchObject({
            value: { total: { runs: 1, fail: 1 }, failuresByPhase: [{ key: 'flash', count: 1 }] },
          });
        }
        expect(records.value.counters()).toEqual({ since: 1, runs: 1, units: 1, pass: 0, fail: 1, other: 0 });
        records.value.close();
        expect(await verifyChain({ path })).toMatchObject({ ok: true, value: { records: 1, problems: [] } });
      },
    );
  });
});
