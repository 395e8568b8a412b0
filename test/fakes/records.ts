import { fail, ok, type Fault, type Result } from '../../src-shared/model/result.js';
import type { LogLine, RunRecord } from '../../src-shared/model/run.js';
import { createFakeBatches, createFakeHistory } from './history.js';
import { createEmitter, type Emitter } from '../../src-main/core/emitter.js';
import type { ShellRecord } from '../../src-shared/model/shell.js';
import type { ShellRecords } from '../../src-main/core/records/shell-table.js';
import { chainBeginning } from '../../src-main/core/records/chain.js';
import type { LabelJobs } from '../../src-main/core/records/label-jobs.js';
import type { Outbox } from '../../src-main/core/records/outbox.js';
import type { Records, RunLog, RunLogs } from '../../src-main/core/records/records.js';

export { createRun } from './run-record.js';

/** Records in memory, with the rules of the real ones. */
export interface FakeRecords extends Records {
  /** When set, every write is refused with it. */
  refusal: Fault | null;
  /** Every `save` that was accepted, in order. */
  readonly saved: RunRecord[];
  readonly closed: boolean;
}

export function createFakeRecords(initial: RunRecord[] = []): FakeRecords {
  const runs = new Map(initial.map((run) => [run.id, run]));
  const saved: RunRecord[] = [];
  const newestFirst = (): RunRecord[] =>
    [...runs.values()].reverse().sort((a, b) => b.startedAt - a.startedAt);
  const allocated = new Map<string, number>();
  let since = 0;
  let closed = false;
  const fake: FakeRecords = {
    refusal: null,
    get closed() {
      return closed;
    },
    saved,
    writable: () => answer(fake.refusal),
    save(run) {
      if (fake.refusal) return answer(fake.refusal);
      const before = runs.get(run.id);
      if (before?.verdict && JSON.stringify(before) !== JSON.stringify(run)) {
        throw new Error(`Run ${run.id} has its verdict already`);
      }
      runs.set(run.id, structuredClone(run));
      saved.push(structuredClone(run));
      return ok();
    },
    find(runId) {
      const run = runs.get(runId);
      return run ? ok(structuredClone(run)) : fail('run-unknown', { run: runId });
    },
    list(search) {
      const all = newestFirst();
      const after = all.slice(all.findIndex(({ id }) => id === search.before) + 1);
      const found = after.filter(
        (run) =>
          (search.bay === undefined || run.bay === search.bay) &&
          (search.verdict === undefined || run.verdict === search.verdict) &&
          (search.recipe === undefined || run.recipe === search.recipe) &&
          (search.unitSerial === undefined || run.unitSerial === search.unitSerial),
      );
      return ok(structuredClone(found.slice(0, search.limit)));
    },
    unfinished: () => ok(structuredClone(newestFirst().filter(({ verdict }) => verdict === null)).reverse()),
    measurements: () => ok([]),
    allocate({ range, from, to }, runId) {
      const key = `${range}/${runId}`;
      const given =
        allocated.get(key) ??
        from + [...allocated.keys()].filter((one) => one.startsWith(`${range}/`)).length;
      if (given > to) return fail('serials-exhausted', { range, to });
      if (fake.refusal) return { ok: false, error: fake.refusal };
      allocated.set(key, given);
      return ok(given);
    },
    expectedDuration(recipe) {
      const passed = newestFirst().filter((run) => run.recipe === recipe && run.verdict === 'PASS');
      const times = passed.slice(0, 20).map((run) => (run.endedAt ?? 0) - run.startedAt);
      return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? null;
    },
    head: () => ok({ count: saved.filter(({ verdict }) => verdict !== null).length, hash: chainBeginning }),
    counters() {
      const ended = [...runs.values()].filter((run) => run.verdict && (run.endedAt ?? 0) >= since);
      const count = (verdict: string): number => ended.filter((run) => run.verdict === verdict).length;
      const [pass, failed] = [count('PASS'), count('FAIL')];
      const units = new Set(ended.map((run) => run.unitSerial ?? run.portIdentity)).size;
      return { since, runs: ended.length, units, pass, fail: failed, other: ended.length - pass - failed };
    },
    shifts: () => ok([]),
    resetCounters(at) {
      if (fake.refusal) return answer(fake.refusal);
      since = at;
      return ok();
    },
    outbox: createFakeOutbox(),
    batches: createFakeBatches(),
    history: createFakeHistory(),
    labels: createFakeLabelJobs(),
    shells: createFakeShells(() => fake.refusal),
    close: () => void (closed = true),
  };
  return fake;
}

/** No label was ever asked for: printing is tested with the real one. */
function createFakeLabelJobs(): LabelJobs {
  const none = () => ok();
  const nothing = () => ok(null);
  const empty = () => ok([]);
  return {
    changed: createEmitter<void>(),
    ask: none,
    sending: none,
    settle: none,
    markUncertain: none,
    next: nothing,
    nextDue: nothing,
    find: nothing,
    ofRun: empty,
    open: empty,
  };
}

/** Nothing waits: what webhooks are told is tested with the real one. */
function createFakeOutbox(): Outbox {
  const none = () => ok();
  const nothing = () => ok(null);
  const zero = () => ok(0);
  return {
    added: createEmitter<void>(),
    next: nothing,
    nextDue: nothing,
    book: nothing,
    delivered: none,
    failed: none,
    setGone: none,
    ask: none,
    acknowledge: none,
    drop: zero,
    trim: zero,
    list: () => ok([]),
    tallies: () => ok([]),
  };
}

function createFakeShells(refusal: () => Fault | null): ShellRecords {
  const shells = new Map<string, ShellRecord>();
  const newestFirst = (): ShellRecord[] => [...shells.values()].sort((a, b) => b.openedAt - a.openedAt);
  return {
    save(shell) {
      const refused = refusal();
      if (refused === null) shells.set(shell.id, structuredClone(shell));
      return answer(refused);
    },
    list: ({ bay, runId, limit }) =>
      ok(
        newestFirst()
          .filter((shell) => (bay ?? shell.bay) === shell.bay && (runId ?? shell.runId) === shell.runId)
          .slice(0, limit),
      ),
    unfinished: () => ok(newestFirst().filter(({ ended }) => ended === null)),
  };
}

function answer(refusal: Fault | null): Result<void> {
  return refusal ? { ok: false, error: refusal } : ok();
}

interface FakeLog {
  lines: { line: LogLine; engineAt: string | undefined }[];
  appended: Emitter<LogLine>;
  open: boolean;
}

/** Run logs in memory. */
export interface FakeRunLogs extends RunLogs {
  /** When set, `open`, `flush` and `close` answer with it. */
  refusal: Fault | null;
  /** Run ids of the logs that are open; tests assert that it comes back to none. */
  readonly openLogs: string[];
  lines(runId: string): LogLine[];
}

export function createFakeRunLogs(ringSize = 2000): FakeRunLogs {
  const logs = new Map<string, FakeLog>();
  const part = (log: FakeLog, from: number, limit: number): LogLine[] =>
    log.lines.slice(from, from + limit).map(({ line }) => ({ ...line }));

  function runLog(log: FakeLog): RunLog {
    const settled = (): Promise<Result<void>> => Promise.resolve(answer(fake.refusal));
    return {
      appended: log.appended,
      append(source, text, at, engineAt) {
        if (!log.open) throw new Error('The log is closed');
        const line = { seq: log.lines.length, at, source, text };
        log.lines.push({ line, engineAt });
        log.appended.emit(line);
      },
      get lastEngineAt() {
        return log.lines.findLast(({ engineAt }) => engineAt !== undefined)?.engineAt;
      },
      get total() {
        return log.lines.length;
      },
      recent: () => part(log, Math.max(0, log.lines.length - ringSize), ringSize),
      read: (from, limit) => Promise.resolve(ok(part(log, from, limit))),
      replay(onLine) {
        for (const line of part(log, 0, Infinity)) onLine(line);
        return Promise.resolve(ok());
      },
      flush: settled,
      close() {
        log.open = false;
        return settled();
      },
    };
  }

  const fake: FakeRunLogs = {
    refusal: null,
    get openLogs() {
      return [...logs].filter(([, log]) => log.open).map(([runId]) => runId);
    },
    lines: (runId) => logs.get(runId)?.lines.map(({ line }) => line) ?? [],
    open(runId) {
      if (fake.refusal) return Promise.resolve({ ok: false, error: fake.refusal });
      const log = logs.get(runId) ?? { lines: [], appended: createEmitter<LogLine>(), open: false };
      if (log.open) throw new Error(`The log of run ${runId} is open already`);
      log.open = true;
      logs.set(runId, log);
      return Promise.resolve(ok(runLog(log)));
    },
    read(runId, from, limit) {
      const log = logs.get(runId);
      if (!log) return Promise.resolve(fail('log-missing', { run: runId }));
      return Promise.resolve(ok({ lines: part(log, from, limit), total: log.lines.length }));
    },
  };
  return fake;
}
