import type { Result } from '../../../src-shared/model/result.js';
import type { Shift } from '../../../src-shared/model/history.js';
import type { LogLine, RunRecord } from '../../../src-shared/model/run.js';
import type { Counters } from '../../../src-shared/model/station.js';
import type { RunFilter } from '../../../src-shared/contract.js';
import type { RunScope } from '../../../src-shared/contract/history.js';
import type { MeasurementPoint } from '../../../src-shared/model/measurement-point.js';
import type { NumberRange } from './allocations.js';
import type { MeasurementSeries } from './measurement-table.js';
import type { ChainHead } from './chain.js';
import type { EventStream } from '../emitter.js';
import type { LabelJobs } from './label-jobs.js';
import type { Outbox } from './outbox.js';
import type { HistoryQueries } from './history-queries.js';
import type { Batches } from './batch-table.js';
import type { ShellRecords } from './shell-table.js';

/** What the history can be searched by; all that is given must hold. */
export type RunSearch = RunFilter;

/**
 * The durable store. Every write is committed (WAL, synchronous full) when the call returns.
 * Calls are synchronous: SQLite is, and the writes are few and small.
 */
export interface Records {
  /** `records-unwritable` when the disk or the file refuses; checked before a run starts, too. */
  writable(): Result<void>;
  /**
   * Writes a run that begins, or replaces the row of one that goes on. A run with a verdict is never
   * changed again (throws); saving the same again, after an answer that was lost, is fine. `startedAt`
   * and `id` of a run never change (throws).
   */
  save(run: RunRecord): Result<void>;
  /** `run-unknown` when there is none. */
  find(runId: string): Result<RunRecord>;
  /** Newest first; `run-unknown` when `before` names no run. */
  list(search: RunSearch): Result<RunRecord[]>;
  /** Runs without a verdict, oldest first: what a station that was killed left open. */
  unfinished(): Result<RunRecord[]>;
  /** Median duration in ms of the last passed runs of a recipe (20 at most); null when there are none, or none can be read. */
  expectedDuration(recipe: string): number | null;
  /** The newest seal of the chain of records; to be noted elsewhere, and held against the chain later. */
  head(): Result<ChainHead>;
  /** Runs that ended with a verdict since the last reset, whenever they began. */
  counters(): Counters;
  /** What the shifts came to, the present one first. */
  shifts(limit: number): Result<Shift[]>;
  resetCounters(at: number, operator: string): Result<void>;
  /** What webhooks are still to be told. */
  readonly outbox: Outbox;
  /** Orders of so many units. */
  readonly batches: Batches;
  /** What the records say of many runs at once. */
  readonly history: HistoryQueries;
  /** Labels that were asked for. */
  readonly labels: LabelJobs;
  /** The shells that were opened in the bays' containers. */
  readonly shells: ShellRecords;
  /** What was measured over the last units, oldest first; all that is given must hold. `batch-unknown`. */
  measurements(
    series: MeasurementSeries & Omit<RunScope, 'recipe' | 'unitSerial'>,
  ): Result<MeasurementPoint[]>;
  /**
   * A number of a range for a run, committed before this returns: never one that another run has, crash or no
   * crash. The same run gets the same number again. `serials-exhausted`, `records-unwritable`.
   */
  allocate(range: NumberRange, runId: string): Result<number>;
  close(): void;
}

/** The log of one run: a bounded ring in memory, complete on disk. */
export interface RunLog {
  /** Never fails: a disk that refuses is what the next `flush` says. */
  append(source: LogLine['source'], text: string, at: number, engineAt?: string): void;
  /** Each line as it is appended. */
  readonly appended: EventStream<LogLine>;
  /** The engine time stamp of the last container line, to resume from after a restart. */
  readonly lastEngineAt: string | undefined;
  /** Number of lines so far. */
  readonly total: number;
  /** The last lines, kept in memory. */
  recent(): LogLine[];
  /** Any part, from disk. */
  read(from: number, limit: number): Promise<Result<LogLine[]>>;
  /** Every line from the beginning; for patterns that must see what was written before an adoption. */
  replay(onLine: (line: LogLine) => void): Promise<Result<void>>;
  /** Resolves once all that was appended is on disk (fsync); `records-unwritable` when the disk refuses. */
  flush(): Promise<Result<void>>;
  close(): Promise<Result<void>>;
}

export interface RunLogs {
  /** Opens for appending; what is on disk already is kept and counted. Throws when it is open already. */
  open(runId: string): Promise<Result<RunLog>>;
  /** Reads a log without opening it for writing. `log-missing` when there is none. */
  read(runId: string, from: number, limit: number): Promise<Result<{ lines: LogLine[]; total: number }>>;
}
