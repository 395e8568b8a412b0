import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import type { WebhookEvent } from '../../../src-shared/model/webhook.js';
import type { Clock } from '../clock.js';
import { migrations } from './migrations.js';
import { openDatabase } from './open-database.js';
import type { Records } from './records.js';
import { storable } from './run-rows.js';
import { createAllocations } from './allocations.js';
import { createOutbox, type NewDelivery } from './outbox.js';
import { createHistoryQueries } from './history-queries.js';
import { createLabelJobs, type NewLabelJob } from './label-jobs.js';
import { createBatchCheck, createBatchTable } from './batch-table.js';
import type { PositionSearch } from './facet-search.js';
import { createMeasurementTable } from './measurement-table.js';
import { createRunTable } from './run-table.js';
import { searchOf } from './scope-search.js';
import { createShellTable } from './shell-table.js';
import { createChain } from './chain.js';
import { createTallyTable } from './tally-table.js';
import { createShiftCounters } from './shift-counters.js';
import {
  closeWriter,
  createStatements,
  databaseFault,
  fileFault,
  inTransaction,
  type Database,
} from './sqlite.js';

/** No new run begins with less than this free on the disk (bytes), so that those that go on can be recorded to their end. */
const reserve = 4 * 1024 ** 2;
/** Of how many passed runs the expected duration is the median. */
const expectedSample = 20;
const everywhere = { below: Number.MAX_SAFE_INTEGER, from: 0, limit: Number.MAX_SAFE_INTEGER };

export interface RecordsOptions {
  /** The file. Its folder must be there. */
  path: string;
  clock: Clock;
  /** The machine's name; kept with each shift. */
  host: string;
  /** Free bytes that `writable` asks for. */
  reserve?: number;
  /** What is written in the transaction of a run's record because of it. Must not throw. */
  alongside?: WriteAlongside;
}

/** Says what else is to be on disk the moment a run has begun or ended: what must not be lost in a crash between the two. */
export type WriteAlongside = (event: WebhookEvent, run: RunRecord) => Alongside;

export interface Alongside {
  deliveries: readonly NewDelivery[];
  labels: readonly NewLabelJob[];
}

/**
 * Opens the records, or makes them. Expected failures: `records-corrupt` and `records-newer`, the file
 * left as it is; `records-unwritable`. It belongs to one station at a time; others may read beside it.
 */
export function openRecords(options: RecordsOptions): Result<Records> {
  const { path } = options;
  const opened = openDatabase({ path, migrations });
  if (!opened.ok) return opened;
  try {
    const records = createRecords(opened.value, options);
    const beats = records.beat();
    if (beats.ok) return ok(records);
    opened.value.close();
    return beats;
  } catch (error) {
    opened.value.close();
    return databaseFault(error, path);
  }
}

function createRecords(
  database: Database,
  { path, clock, host, reserve: wanted = reserve, alongside }: RecordsOptions,
): Records & { beat(): Result<void> } {
  const statement = createStatements(database);
  const runs = createRunTable(database, path);
  const shifts = createShiftCounters(database);
  const measured = createMeasurementTable(database);
  const allocations = createAllocations(database);
  const chain = createChain(database);
  const tallies = createTallyTable(database);
  const file = statSync(path);

  /** Reading, with damage as a value. */
  function attempt<Value>(work: () => Result<Value>): Result<Value> {
    try {
      return work();
    } catch (error) {
      return databaseFault(error, path);
    }
  }

  /** One committed write. A file that was moved or removed would take it and lose it. */
  function commit(work: () => void): Result<void> {
    const now = statSync(path, { throwIfNoEntry: false });
    if (now?.ino !== file.ino || now.dev !== file.dev) {
      return fail('records-unwritable', { path }, 'the file was moved or removed');
    }
    return attempt(() => {
      inTransaction(database, work);
      return ok();
    });
  }

  const outbox = createOutbox(database, { commit, attempt });
  const labels = createLabelJobs(database, { commit, attempt });

  inTransaction(database, () => chain.begin());
  let counters = shifts.read();
  if (counters === null) {
    inTransaction(database, () => shifts.begin({ at: clock.now(), operator: '', host }));
    counters = shifts.read();
  }
  if (counters === null) throw new Error('A shift that was just begun is not there');
  let shift = counters;

  const batches = createBatchTable(database, { host, commit, attempt });
  const checkBatch = createBatchCheck(database);

  const beat = (): Result<void> =>
    commit(() => {
      statement(
        'INSERT INTO heartbeat (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at',
      ).run(clock.now());
    });

  return {
    beat,
    writable() {
      try {
        const { bavail, bsize } = statfsSync(dirname(path));
        const free = bavail * bsize;
        if (free < wanted) return fail('records-unwritable', { path }, `${free} bytes free`);
      } catch (error) {
        return fileFault(error, path);
      }
      return beat();
    },
    save(given) {
      const run = storable(given);
      const before = attempt(() => runs.find(run.id));
      if (!before.ok) return before;
      if (before.value !== null) {
        const { run: kept } = before.value;
        if (JSON.stringify(kept) === JSON.stringify(run)) return ok();
        if (kept.verdict !== null)
          throw new Error(`Run ${run.id} has its verdict: it is never changed again`);
        if (kept.startedAt !== run.startedAt) throw new Error(`Run ${run.id} cannot begin at another time`);
      }
      const event = run.verdict !== null ? 'run.ended' : before.value === null ? 'run.started' : null;
      const also = event === null ? undefined : alongside?.(event, run);
      const saved = commit(() => {
        for (const delivery of also?.deliveries ?? []) outbox.add(delivery, run, clock.now());
        for (const job of also?.labels ?? []) labels.add(job, clock.now());
        if (before.value === null) runs.insert(run);
        else runs.update(before.value.position, run);
        if (run.verdict === null) return;
        shifts.count(run);
        const position = runs.positionOf(run.id);
        if (position !== null) {
          measured.insert(position, run);
          tallies.count(run, position, batches.count(run, position));
        }
        chain.seal(run);
      });
      if (saved.ok && run.verdict !== null) shift = shifts.read() ?? shift;
      if (saved.ok && (also?.deliveries.length ?? 0) > 0) outbox.announce();
      if (saved.ok && (also?.labels.length ?? 0) > 0) labels.announce();
      return saved;
    },
    find: (runId) =>
      attempt(() => {
        const found = runs.find(runId);
        if (!found.ok) return found;
        return found.value === null ? fail('run-unknown', { run: runId }) : ok(found.value.run);
      }),
    list: ({ before, limit, ...scope }) =>
      attempt(() => {
        const known = checkBatch(scope.batch);
        if (!known.ok) return known;
        const wanted: PositionSearch = { ...searchOf(scope), limit };
        if (before !== undefined) {
          const position = runs.positionOf(before);
          if (position === null) return fail('run-unknown', { run: before });
          wanted.below = Math.min(wanted.below, position);
        }
        return runs.newest(wanted);
      }),
    unfinished() {
      const open = attempt(() => runs.newest({ ...everywhere, facet: { verdict: '' } }));
      return open.ok ? ok(open.value.reverse()) : open;
    },
    expectedDuration(recipe) {
      const passed = attempt(() =>
        runs.newest({ ...everywhere, facet: { recipe, verdict: 'PASS' }, limit: expectedSample }),
      );
      // What damage there is, the next call that can say so says.
      return passed.ok ? medianDuration(passed.value) : null;
    },
    head: () => attempt(() => ok(chain.head())),
    counters: () => ({ ...shift }),
    shifts: (limit) => attempt(() => ok(shifts.list(limit))),
    resetCounters(at, operator) {
      const reset = commit(() => shifts.begin({ at, operator, host }));
      if (reset.ok) shift = shifts.read() ?? shift;
      return reset;
    },
    outbox,
    batches,
    history: createHistoryQueries(database, { now: () => clock.now(), attempt }),
    labels,
    shells: createShellTable(database, { commit, attempt }),
    measurements: ({ recipe, name, test, limit, ...scope }) =>
      attempt(() => {
        const known = checkBatch(scope.batch);
        if (!known.ok) return known;
        const series = { recipe, name, test, limit };
        const isNarrowed = Object.values(scope).some((value) => value !== undefined);
        return ok(measured.newest(series, isNarrowed ? searchOf({ recipe, ...scope }) : null));
      }),
    allocate(range, runId) {
      const taken: (number | null)[] = [];
      const saved = commit(() => {
        taken.push(allocations.take(range, runId, clock.now()));
      });
      if (!saved.ok) return saved;
      const [number = null] = taken;
      return number === null ? fail('serials-exhausted', { range: range.range, to: range.to }) : ok(number);
    },
    close: () => closeWriter(database, path),
  };
}

function medianDuration(passed: RunRecord[]): number | null {
  const durations = passed
    .flatMap(({ startedAt, endedAt }) => (endedAt === null ? [] : [endedAt - startedAt]))
    .sort((a, b) => a - b);
  const [lower, upper] = [(durations.length - 1) >> 1, durations.length >> 1].map(
    (index) => durations[index],
  );
  return lower === undefined || upper === undefined ? null : (lower + upper) / 2;
}
