// A station's worth of writing, to be killed at any moment by records-kill.test.ts. It says on standard
// output what it is about to commit, and what it was told is committed; each line is out of this process
// before the next step.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunRecord } from '../../src-shared/model/run.js';
import type { Result } from '../../src-shared/model/result.js';
import { createSystemClock } from '../../src-main/core/clock.js';
import { openRecords } from '../../src-main/core/records/open-records.js';
import { verifyChain } from '../../src-main/core/records/verify-chain.js';
import type { Records, RunLog, RunLogs } from '../../src-main/core/records/records.js';
import { newRunId } from '../../src-main/core/records/run-id.js';
import { createRunLogs } from '../../src-main/core/records/run-logs.js';
import { createRun } from '../fakes/records.js';

/** What it says, one a line, as JSON. */
export type Said =
  /** What the last one left, whole, before anything is written. */
  | { type: 'found'; runs: RunRecord[]; ended: number }
  | { type: 'found-log'; runId: string; total: number; broken: number }
  /** What a look at the whole chain found: the numbers of seals and of problems. */
  | { type: 'found-chain'; records: number; problems: string[] }
  | { type: 'ready' }
  | { type: 'saving' | 'saved'; run: RunRecord }
  /** The newest seal, once a verdict is committed. */
  | { type: 'sealed'; hash: string }
  /** A serial number that was handed out. */
  | { type: 'numbered'; runId: string; number: number }
  | { type: 'logged'; runId: string; total: number };

function say(said: Said): void {
  writeSync(1, `${JSON.stringify(said)}\n`);
}

function value<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail ?? ''}`);
  return result.value;
}

const lineText = (runId: string, seq: number): string => `line ${seq} of ${runId}\n${'ñ'.repeat(seq % 90)}`;

const [home = '', noted = ''] = process.argv.slice(2);
const clock = createSystemClock();
const records = value(openRecords({ path: join(home, 'records.db'), clock, host: 'line-1' }));
const logs = createRunLogs({ folder: join(home, 'logs'), clock, ringSize: 20 });

const runs = allRuns(records);
say({ type: 'found', runs, ended: records.counters().runs });
const chain = value(
  await verifyChain({ path: join(home, 'records.db'), noted: noted === '' ? undefined : noted }),
);
say({
  type: 'found-chain',
  records: chain.records,
  problems: chain.problems.map(({ kind, run, seq }) => `${kind} ${run} ${seq}`),
});
for (const { id } of runs.slice(0, 8)) await checkLog(logs, id);
say({ type: 'ready' });
for (const run of value(records.unfinished())) await finish(run, value(await logs.open(run.id)));
await Promise.all([1, 2, 3].map(keepFlashing));

function allRuns(from: Records): RunRecord[] {
  const found: RunRecord[] = [];
  for (;;) {
    const before = found.at(-1)?.id;
    const page = value(from.list(before === undefined ? { limit: 500 } : { limit: 500, before }));
    if (page.length === 0) return found;
    found.push(...page);
  }
}

/** A log that was killed before its file was there is no log. */
async function checkLog(from: RunLogs, runId: string): Promise<void> {
  const read = await from.read(runId, 0, Infinity);
  if (!read.ok && read.error.code === 'log-missing') return;
  const { lines, total } = value(read);
  const broken = lines.filter(
    ({ seq, text }, place) => seq !== place || text !== lineText(runId, seq),
  ).length;
  say({ type: 'found-log', runId, total, broken });
}

function save(run: RunRecord): void {
  say({ type: 'saving', run });
  value(records.save(run));
  say({ type: 'saved', run });
}

async function write(log: RunLog, runId: string, lines: number): Promise<void> {
  for (let nth = 0; nth < lines; nth++)
    log.append('out', lineText(runId, log.total), Date.now(), `at ${log.total}`);
  value(await log.flush());
  say({ type: 'logged', runId, total: log.total });
}

async function finish(run: RunRecord, log: RunLog): Promise<void> {
  await write(log, run.id, 5);
  const verdict = (['PASS', 'FAIL', 'ERROR'] as const)[Math.floor(Math.random() * 3)] ?? 'PASS';
  save({ ...run, verdict, endedAt: Date.now() });
  say({ type: 'sealed', hash: value(records.head()).hash });
  value(await log.close());
}

async function keepFlashing(bay: number): Promise<void> {
  for (;;) {
    const run = createRun({ id: newRunId(clock), bay, startedAt: Date.now(), endedAt: null, verdict: null });
    save(run);
    const number = value(records.allocate({ range: 'widgets', from: 1, to: 1_000_000 }, run.id));
    say({ type: 'numbered', runId: run.id, number });
    const log = value(await logs.open(run.id));
    for (let phase = 0; phase < 3; phase++) {
      await write(log, run.id, Math.ceil(Math.random() * 60));
      save({ ...run, attempt: run.attempt + phase });
      await wait(Math.random() * 4);
    }
    await finish(run, log);
  }
}
