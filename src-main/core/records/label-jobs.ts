import { z } from 'zod';
import { ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import { labelJobSchema, type LabelJob } from '../../../src-shared/model/label.js';
import { createEmitter, type EventStream } from '../emitter.js';
import { createStatements, type Database, type SqlValue } from './sqlite.js';

/** A label that is asked for. */
export type NewLabelJob = Pick<
  LabelJob,
  'id' | 'run' | 'label' | 'copy' | 'operator' | 'reason' | 'printer'
> & {
  /** `sending` when whoever asks also prints. */
  state: 'waiting' | 'sending';
};

/** Labels that were asked for, on disk before anything is sent. Every write is committed when the call returns. */
export interface LabelJobs {
  /** Something was added or changed in this process. */
  readonly changed: EventStream<void>;
  ask(job: NewLabelJob, at: number): Result<void>;
  /** The oldest that waits and is due. */
  next(now: number): Result<LabelJob | null>;
  /** When the first of those that wait is due; null when none waits. */
  nextDue(): Result<number | null>;
  /** Written before the first byte goes out: a crash after it leaves the job uncertain. */
  sending(id: string): Result<void>;
  /** `due` only matters to one that waits. Null hash: nothing was sent. */
  settle(id: string, end: SettledJob): Result<void>;
  /** What a station that ended was sending, nobody knows whether it was printed. To be called once, at the start. */
  markUncertain(): Result<void>;
  find(id: string): Result<LabelJob | null>;
  ofRun(run: string): Result<LabelJob[]>;
  /** Waiting, being sent, or uncertain; the oldest first. */
  open(): Result<LabelJob[]>;
}

export interface SettledJob {
  state: LabelJob['state'];
  at: number;
  due?: number;
  fault?: Fault | null;
  contentHash?: string | null;
}

const columns = `id, run, label, copy, operator, reason, asked_at AS askedAt, state, printer, content_hash AS contentHash,
  ended_at AS endedAt, attempts, due, fault`;

const rowSchema = labelJobSchema.extend({
  fault: z.preprocess(
    (text) => (typeof text === 'string' ? (JSON.parse(text) as unknown) : text),
    labelJobSchema.shape.fault,
  ),
});

export function createLabelJobs(
  database: Database,
  guard: {
    commit: (work: () => void) => Result<void>;
    attempt: <Value>(work: () => Result<Value>) => Result<Value>;
  },
): LabelJobs & { add(job: NewLabelJob, at: number): void; announce(): void } {
  const statement = createStatements(database);
  const changed = createEmitter<void>();

  const read = (where: string, ...values: SqlValue[]): Result<LabelJob[]> =>
    guard.attempt(() =>
      ok(
        statement(`SELECT ${columns} FROM label_jobs ${where}`)
          .all(...values)
          .map((row) => rowSchema.parse(row)),
      ),
    );
  function first(found: Result<LabelJob[]>): Result<LabelJob | null> {
    return found.ok ? ok(found.value[0] ?? null) : found;
  }
  function write(work: () => void): Result<void> {
    const done = guard.commit(work);
    if (done.ok) changed.emit();
    return done;
  }
  /** Belongs into a transaction. */
  function add(job: NewLabelJob, at: number): void {
    const { id, run, label, copy, operator, reason, printer, state } = job;
    statement(
      `INSERT INTO label_jobs (id, run, label, copy, operator, reason, asked_at, state, printer, due)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(id, run, label, copy, operator, reason, at, state, printer, at);
  }

  return {
    changed,
    announce: () => changed.emit(),
    add,
    ask: (job, at) => write(() => add(job, at)),
    next: (now) => first(read("WHERE state = 'waiting' AND due <= ? ORDER BY asked_at, id LIMIT 1", now)),
    nextDue: () =>
      guard.attempt(() => {
        const row = statement("SELECT min(due) AS due FROM label_jobs WHERE state = 'waiting'").get();
        return ok((row as { due: number | null }).due);
      }),
    sending: (id) =>
      write(() => {
        statement("UPDATE label_jobs SET state = 'sending', attempts = attempts + 1 WHERE id = ?").run(id);
      }),
    settle: (id, { state, at, due = at, fault = null, contentHash = null }) =>
      write(() => {
        statement(
          `UPDATE label_jobs SET state = ?, ended_at = ?, due = ?, fault = ?,
             content_hash = ifnull(?, content_hash) WHERE id = ?`,
        ).run(
          state,
          state === 'printed' || state === 'cancelled' ? at : null,
          due,
          fault === null ? null : JSON.stringify(fault),
          contentHash,
          id,
        );
      }),
    markUncertain: () =>
      write(() => {
        statement("UPDATE label_jobs SET state = 'uncertain' WHERE state = 'sending'").run();
      }),
    find: (id) => first(read('WHERE id = ?', id)),
    ofRun: (run) => read('WHERE run = ? ORDER BY asked_at DESC, copy DESC', run),
    open: () => read("WHERE state IN ('waiting', 'sending', 'uncertain') ORDER BY asked_at, id LIMIT 200"),
  };
}
