import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillHistory } from '../../bench/fill-history.js';
import { createSystemClock } from '../../src-main/core/clock.js';
import { askAside } from '../../src-main/core/records/ask-aside.js';
import { backUpRecords } from '../../src-main/core/records/backup.js';
import { openRecords } from '../../src-main/core/records/open-records.js';
import type { Records } from '../../src-main/core/records/records.js';
import { connect } from '../../src-main/core/records/sqlite.js';
import { createRun } from '../fakes/records.js';

const count = 30_000;
/**
 * What one turn of the event loop may take; the copy and its check take several times that. In ms. What was written beside
 * the copy is moved into the database in one turn once the copy has let go of it, and here one run follows the other.
 */
const longestTurn = 300;

let folder: string;
let path: string;
let records: Records;
/** How many runs were begun beside the history. */
let begun = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-backup-'));
  path = join(folder, 'records.db');
  fillHistory(path, count);
  const opened = openRecords({ path, clock: createSystemClock(), host: 'line-1' });
  if (!opened.ok) throw new Error(opened.error.code);
  records = opened.value;
});

afterAll(() => {
  records.close();
  rmSync(folder, { recursive: true });
});

/**
 * How long this thread has had the processor, in ms: what it did, whatever else the machine does meanwhile. The first
 * number of schedstat is in ns: https://docs.kernel.org/scheduler/sched-stats.html
 */
function worked(): number {
  return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
}

/** Writes one run after the other until `work` is done, and says how it went. */
async function writeWhile<Value>(work: Promise<Value>) {
  const pauses = monitorEventLoopDelay({ resolution: 5 });
  pauses.enable();
  const state = { isOver: false };
  const done = work.finally(() => {
    state.isOver = true;
  });
  const passed: string[] = [];
  let turns = 0;
  let longest = 0;
  for (let before = worked(); !state.isOver; turns += 1) {
    const id = `run-0000-${begun}`;
    const run = createRun({ id, startedAt: Date.UTC(2030, 0, 1) + begun, verdict: null, endedAt: null });
    const isLast = turns % 4 === 3;
    const ended = { verdict: 'PASS', endedAt: run.startedAt + 1 } as const;
    const saved = records.save(isLast ? { ...run, ...ended } : { ...run, attempt: 1 + (turns % 4) });
    expect(saved.ok).toBe(true);
    if (isLast) {
      passed.push(id);
      begun += 1;
    }
    await nextTurn();
    const now = worked();
    longest = Math.max(longest, now - before);
    before = now;
  }
  pauses.disable();
  begun += 1;
  return { value: await done, turns, passed, longest, longestPause: pauses.max / 1e6 };
}

/** The tables of a database by name, each with its number of rows and a sum of all that they hold. */
async function contents(file: string): Promise<[name: string, rows: number, sum: string][]> {
  const names = await askAside(file, 'read', [
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
  ]);
  if (!names.ok) throw new Error(names.error.code);
  const database = connect(file, 'read');
  try {
    return (names.value[0] ?? []).map((name) => {
      const hash = createHash('sha256');
      let rows = 0;
      for (const row of database.prepare(`SELECT * FROM "${name}"`).all()) {
        hash.update(JSON.stringify(row));
        rows += 1;
      }
      return [String(name), rows, hash.digest('hex')];
    });
  } finally {
    database.close();
  }
}

describe('a back-up of a long history', () => {
  it('keeps nobody waiting: runs are written all the while, and all of them count', async () => {
    const copy = join(folder, 'copy.db');
    const { value, turns, passed, longest, longestPause } = await writeWhile(backUpRecords(path, copy));
    expect(value).toMatchObject({ ok: true, value: { chain: { problemCount: 0 } } });
    const runs = value.ok ? value.value.runs : 0;
    expect(runs).toBeGreaterThanOrEqual(count);
    expect(longest).toBeLessThan(longestTurn);
    expect(passed.length).toBeGreaterThan(5);
    for (const id of passed) expect(records.find(id)).toMatchObject({ ok: true, value: { verdict: 'PASS' } });
    console.info(
      `records-backup: ${JSON.stringify({ count, runs, turns, written: passed.length, longest, longestPause })}`,
    );
  });

  it('asks what takes long aside: this thread goes on', async () => {
    const slow = `SELECT count(*) FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT i FROM n)`;
    const { value, turns, longest } = await writeWhile(askAside(path, 'read', [slow]));
    expect(value).toEqual({ ok: true, value: [[3_000_000]] });
    expect(turns).toBeGreaterThan(5);
    expect(longest).toBeLessThan(longestTurn);
  });

  it('is the same, table by table and index by index', async () => {
    const copy = join(folder, 'same.db');
    expect(await backUpRecords(path, copy)).toMatchObject({ ok: true });
    const tables = await contents(path);
    expect(await contents(copy)).toEqual(tables);
    expect(tables.map(([name]) => name)).toContain('measurements');
    const marks = ['application_id', 'user_version'].map((name) => `SELECT ${name} FROM pragma_${name}`);
    const schema = `SELECT json_array(type, name, sql) FROM sqlite_schema ORDER BY type, name`;
    const of = (file: string) => askAside(file, 'read', [...marks, schema]);
    expect(await of(copy)).toEqual(await of(path));
  });

  it.each(['copy', 'check'] as const)(
    'that is stopped in its %s ends at once and leaves no file',
    async (when) => {
      const stopping = new AbortController();
      const target = join(folder, `stopped in the ${when}.db`);
      const work = backUpRecords(path, target, {
        signal: stopping.signal,
        onProgress: (step, done, total) => {
          expect(done).toBeLessThanOrEqual(total);
          if (step === when && done < total) stopping.abort();
        },
      });
      const { value } = await writeWhile(work);
      expect(value).toMatchObject({ ok: false, error: { code: 'archive-stopped' } });
      expect(stopping.signal.aborted).toBe(true);
      expect(readdirSync(folder).filter((name) => name.startsWith('stopped'))).toEqual([]);
    },
  );

  it('gives the -wal free again when it was stopped', () => {
    const database = connect(path, 'write');
    expect(database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0 });
    database.close();
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'on the command line ends by %s with 4, and leaves no file',
    async (signal) => {
      const target = join(folder, 'by hand.db');
      const command = spawn(
        process.execPath,
        ['bin/slipway.js', 'runs', 'backup', target, '--home', folder],
        {
          env: { ...process.env, LANG: 'en_US.UTF-8' },
        },
      );
      let said = '';
      command.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      const ended = once(command, 'exit') as Promise<[number | null, string | null]>;
      await expect.poll(() => existsSync(`${target}.part`), { timeout: 20_000, interval: 5 }).toBe(true);
      command.kill(signal);
      expect(await ended).toEqual([4, null]);
      expect(said).toContain('It was stopped before its end.');
      expect(readdirSync(folder).filter((name) => name.startsWith('by hand'))).toEqual([]);
    },
  );

  it('that the disk or the file refuses is said, and leaves nothing behind', async () => {
    const refused = await backUpRecords(path, join(folder, 'no such folder', 'copy.db'));
    expect(refused).toMatchObject({ ok: false, error: { code: 'records-unwritable' } });
  });
});
