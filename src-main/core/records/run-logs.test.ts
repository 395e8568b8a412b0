import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Result } from '../../../src-shared/model/result.js';
import type { LogLine } from '../../../src-shared/model/run.js';
import { createFakeClock } from '../../../test/fakes/clock.js';
import type { RunLog, RunLogs } from './records.js';
import { createRunLogs } from './run-logs.js';

const runId = '0194d5f0-0000-7000-8000-000000000000';
const at = Date.UTC(2026, 0, 2);

function value<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail ?? ''}`);
  return result.value;
}

describe('run logs', () => {
  const clock = createFakeClock();
  let folder: string;
  let logs: RunLogs;
  let log: RunLog;
  const file = (): string => join(folder, `${runId}.log`);

  beforeEach(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'slipway-logs-')), 'logs');
    logs = createRunLogs({ folder, clock, ringSize: 10 });
    log = value(await logs.open(runId));
  });
  afterEach(async () => {
    value(await log.close());
    expect(clock.timers).toBe(0);
    rmSync(join(folder, '..'), { recursive: true });
  });

  async function reopen(): Promise<void> {
    value(await log.close());
    log = value(await logs.open(runId));
  }

  function append(count: number): void {
    for (let nth = 0; nth < count; nth++) log.append('out', `line ${log.total}`, at + log.total);
  }

  const seqs = (lines: LogLine[]): number[] => lines.map(({ seq }) => seq);
  const range = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, index) => from + index);

  it('number lines, tell them as they come, and keep the last in memory', () => {
    const told: LogLine[] = [];
    const subscription = log.appended.subscribe((line) => told.push(line));
    append(25);
    subscription.dispose();
    append(1);
    expect(seqs(told)).toEqual(range(0, 25));
    expect(log.total).toBe(26);
    expect(seqs(log.recent())).toEqual(range(16, 26));
    expect(log.recent().at(-1)).toEqual({ seq: 25, at: at + 25, source: 'out', text: 'line 25' });
  });

  it('are complete on disk', async () => {
    append(3000);
    value(await log.flush());
    expect(readFileSync(file(), 'utf8').split('\n')).toHaveLength(3001);
    expect(seqs(value(await log.read(0, 5)))).toEqual(range(0, 5));
    expect(seqs(value(await log.read(255, 3)))).toEqual([255, 256, 257]);
    expect(seqs(value(await log.read(2988, 100)))).toEqual(range(2988, 3000));
    expect(seqs(value(await log.read(2995, 100)))).toEqual(range(2995, 3000));
    expect(value(await log.read(3000, 100))).toEqual([]);
    expect(value(await log.read(1000, 1))).toEqual([
      { seq: 1000, at: at + 1000, source: 'out', text: 'line 1000' },
    ]);
  });

  it('give lines that are still on their way to the disk', async () => {
    append(30);
    expect(seqs(value(await log.read(0, 100)))).toEqual(range(0, 30));
    append(1);
    const replayed: LogLine[] = [];
    value(await log.replay((line) => replayed.push(line)));
    expect(seqs(replayed)).toEqual(range(0, 31));
  });

  it('go on where they were after a restart', async () => {
    log.append('out', 'from the container', at, '2026-01-02T00:00:00.000000001Z');
    for (let nth = 0; nth < 20; nth++) log.append('station', `note\n${nth}`, at);
    expect(log.lastEngineAt).toBe('2026-01-02T00:00:00.000000001Z');
    await reopen();
    expect(log.total).toBe(21);
    expect(log.lastEngineAt).toBe('2026-01-02T00:00:00.000000001Z');
    expect(log.recent().map(({ text }) => text)).toEqual(range(10, 20).map((nth) => `note\n${nth}`));
    log.append('err', 'after', at, '2026-01-02T00:00:01Z');
    expect(log.lastEngineAt).toBe('2026-01-02T00:00:01Z');
    await reopen();
    expect(value(await log.read(19, 2))).toEqual([
      { seq: 19, at, source: 'station', text: 'note\n18' },
      { seq: 20, at, source: 'station', text: 'note\n19' },
    ]);
    expect(log.total).toBe(22);
  });

  it('drop what a killed station left of a line, and nothing else', async () => {
    append(600);
    value(await log.close());
    const whole = readFileSync(file(), 'utf8');
    appendFileSync(file(), '600\t2026-01-02T00:00:00.000Z\tout\t-\thalf a');
    expect(value(await logs.read(runId, 598, 10))).toMatchObject({
      total: 600,
      lines: [{ seq: 598 }, { seq: 599 }],
    });
    log = value(await logs.open(runId));
    expect(log.total).toBe(600);
    append(1);
    value(await log.flush());
    expect(readFileSync(file(), 'utf8')).toBe(`${whole}600\t2026-01-02T00:00:00.600Z\tout\t-\tline 600\n`);
  });

  it('show a damaged line as it is and lose no other', async () => {
    append(3);
    value(await log.close());
    writeFileSync(file(), readFileSync(file(), 'utf8').replace(/^1\t.*$/m, '\0\0\0'));
    log = value(await logs.open(runId));
    expect(value(await log.read(0, 10)).map(({ text }) => text)).toEqual(['line 0', '\0\0\0', 'line 2']);
  });

  it('can be read while they are open and after', async () => {
    append(400);
    expect(value(await logs.read(runId, 10, 2))).toMatchObject({
      total: 400,
      lines: [{ seq: 10 }, { seq: 11 }],
    });
    value(await log.close());
    expect(value(await logs.read(runId, 10, 2))).toMatchObject({
      total: 400,
      lines: [{ seq: 10 }, { seq: 11 }],
    });
    expect(value(await logs.read(runId, 400, 2))).toEqual({ total: 400, lines: [] });
    log = value(await logs.open(runId));
  });

  it('hold lines longer than any chunk that is read', async () => {
    const long = 'ñ'.repeat(700_000);
    log.append('out', long, at);
    append(300);
    log.append('out', `${long}!`, at);
    append(300);
    const read = value(await log.read(0, 302));
    expect(read[0]?.text).toBe(long);
    expect(read[301]?.text).toBe(`${long}!`);
    await reopen();
    expect(value(await log.read(301, 2)).map(({ text }) => text)).toEqual([`${long}!`, 'line 302']);
  });

  it('take a time that is none for now', () => {
    log.append('out', 'text', NaN);
    expect(log.recent()).toMatchObject([{ at: clock.now() }]);
  });

  it('say which is missing, and never leave their folder', async () => {
    const other = '0194d5f0-0000-7000-8000-00000000ffff';
    expect(await logs.read(other, 0, 1)).toMatchObject({
      ok: false,
      error: { code: 'log-missing', params: { run: other } },
    });
    writeFileSync(join(folder, '..', 'outside.log'), 'secret\n');
    expect(await logs.read('../outside', 0, 1)).toMatchObject({ ok: false, error: { code: 'log-missing' } });
    await expect(logs.open('../outside-the-folder')).rejects.toThrow('not a run id');
    expect(existsSync(join(folder, '..', 'outside-the-folder.log'))).toBe(false);
  });

  it('are opened once at a time, and not used after', async () => {
    await expect(logs.open(runId)).rejects.toThrow('open already');
    await log.close();
    expect(() => append(1)).toThrow('closed');
    log = value(await logs.open(runId));
  });

  it('say so when their folder cannot be made', async () => {
    const below = createRunLogs({ folder: join(file(), 'logs'), clock });
    expect(await below.open(runId)).toMatchObject({ ok: false, error: { code: 'records-unwritable' } });
    expect(await below.open(runId)).toMatchObject({ ok: false, error: { code: 'records-unwritable' } });
  });
});
