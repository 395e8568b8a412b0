import { z } from 'zod';
import { faultSchema, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import type { Delivery } from '../../../src-shared/model/webhook.js';
import { createEmitter, type EventStream } from '../emitter.js';
import { createStatements, type Database } from './sqlite.js';

/** An event for one webhook, as it is written beside the record that it tells of. */
export interface NewDelivery {
  /** A UUID, the idempotency key. */
  id: string;
  hook: string;
  event: string;
  /** What is sent, whole: it is the same at every attempt. */
  body: string;
}

/** What there is of one webhook in the outbox and in its book. */
export interface HookTally {
  hook: string;
  waiting: number;
  waitingBytes: number;
  oldestAt: number | null;
  /** Of what waits, the fault of whatever failed last. */
  fault: Fault | null;
  /** When the first of those that failed is due again; null when none failed. */
  nextDue: number | null;
  delivered: number;
  deliveredAt: number | null;
  lost: number;
  lostFrom: number | null;
  lostUntil: number | null;
  goneAt: number | null;
  /** When somebody last asked for an attempt at once. */
  askedAt: number;
}

/**
 * What webhooks are still to be told, on disk. Every write is committed when the call returns; a writer beside the
 * station (the command line) is seen at the next look.
 */
export interface Outbox {
  /** Something was added in this process. */
  readonly added: EventStream<void>;
  /**
   * The next event to send to a hook: the oldest that is due and has none before it, of the same attachment or the same
   * unit, that is not delivered yet. Null when there is none.
   */
  next(hook: string, now: number): Result<(Delivery & { seq: number; body: string }) | null>;
  /** When the first of those that failed is due again; null when none failed. */
  nextDue(hook: string): Result<number | null>;
  /** The receiver has it: it leaves the outbox and is counted. */
  delivered(id: string, hook: string, at: number): Result<void>;
  failed(id: string, due: number, fault: Fault): Result<void>;
  /** The receiver said that it is gone for good; `null` takes that back. */
  setGone(hook: string, at: number | null): Result<void>;
  /** Makes everything of a hook due, and says so to a station that runs beside. */
  ask(hook: string, at: number): Result<void>;
  /** Takes events out without counting them as lost; resolves to how many. */
  drop(hook: string, id?: string): Result<number>;
  /** Gives up the oldest beyond the limits (ms since the epoch, bytes; null for no limit) and counts them as lost. */
  trim(hook: string, limits: { before: number | null; bytes: number | null }): Result<number>;
  acknowledge(hook: string): Result<void>;
  /** The oldest first. */
  list(hook: string, limit: number): Result<Delivery[]>;
  /** What was said of a hook; null before anything was. */
  book(hook: string): Result<Pick<HookTally, 'askedAt' | 'goneAt'> | null>;
  /** Every hook that was ever written of. */
  tallies(): Result<HookTally[]>;
}

const rowSchema = z.object({
  seq: z.number(),
  id: z.string(),
  hook: z.string(),
  event: z.string(),
  run: z.string(),
  unit: z.string(),
  at: z.number(),
  bytes: z.number(),
  attempts: z.number(),
  due: z.number(),
  fault: z
    .string()
    .nullable()
    .transform((text) => (text === null ? null : faultSchema.parse(JSON.parse(text)))),
});

const tallySchema = z.object({
  hook: z.string(),
  waiting: z.number(),
  waitingBytes: z.number(),
  oldestAt: z.number().nullable(),
  fault: rowSchema.shape.fault,
  nextDue: z.number().nullable(),
  delivered: z.number(),
  deliveredAt: z.number().nullable(),
  lost: z.number(),
  lostFrom: z.number().nullable(),
  lostUntil: z.number().nullable(),
  goneAt: z.number().nullable(),
  askedAt: z.number(),
});

const columns = 'seq, id, hook, event, run, unit, at, bytes, attempts, due, fault';

export function createOutbox(
  database: Database,
  guard: {
    commit: (work: () => void) => Result<void>;
    attempt: <Value>(work: () => Result<Value>) => Result<Value>;
  },
): Outbox & { add(delivery: NewDelivery, run: RunRecord, at: number): void; announce(): void } {
  const statement = createStatements(database);
  const added = createEmitter<void>();

  const book = (hook: string): void => {
    statement('INSERT OR IGNORE INTO webhooks (hook) VALUES (?)').run(hook);
  };
  /** A write whose number of rows is wanted. */
  function counted(work: () => number): Result<number> {
    let count = 0;
    const done = guard.commit(() => {
      count = work();
    });
    return done.ok ? ok(count) : done;
  }
  const changes = (): number => (statement('SELECT changes() AS count').get() as { count: number }).count;

  return {
    added,
    announce: () => added.emit(),
    /** Belongs into the transaction that writes the record. */
    add({ id, hook, event, body }, run, at) {
      book(hook);
      statement(
        `INSERT INTO deliveries (id, hook, event, run, attachment, unit, at, body, bytes, due)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(
        ...[id, hook, event, run.id, run.portIdentity, run.unitSerial ?? '', at],
        ...[body, Buffer.byteLength(body), at],
      );
    },
    next: (hook, now) =>
      guard.attempt(() => {
        const row = statement(
          `SELECT ${columns}, body FROM deliveries AS one WHERE hook = ? AND (attempts = 0 OR due <= ?)
           AND NOT EXISTS (SELECT 1 FROM deliveries AS before
             WHERE before.hook = one.hook AND before.attachment = one.attachment AND before.seq < one.seq)
           AND (one.unit = '' OR NOT EXISTS (SELECT 1 FROM deliveries AS before INDEXED BY deliveries_by_unit
             WHERE before.hook = one.hook AND before.unit = one.unit AND before.unit <> '' AND before.seq < one.seq))
           ORDER BY seq LIMIT 1`,
        ).get(hook, now);
        return ok(row === undefined ? null : rowSchema.extend({ body: z.string() }).parse(row));
      }),
    nextDue: (hook) =>
      guard.attempt(() => {
        const row = statement('SELECT min(due) AS due FROM deliveries WHERE hook = ? AND attempts > 0').get(
          hook,
        );
        return ok((row as { due: number | null }).due);
      }),
    delivered: (id, hook, at) =>
      guard.commit(() => {
        statement('DELETE FROM deliveries WHERE id = ?').run(id);
        // Whoever dropped it meanwhile was too late: the receiver has it.
        book(hook);
        statement('UPDATE webhooks SET delivered = delivered + 1, delivered_at = ? WHERE hook = ?').run(
          at,
          hook,
        );
      }),
    failed: (id, due, fault) =>
      guard.commit(() => {
        statement('UPDATE deliveries SET attempts = attempts + 1, due = ?, fault = ? WHERE id = ?').run(
          due,
          JSON.stringify(fault),
          id,
        );
      }),
    setGone: (hook, at) =>
      guard.commit(() => {
        book(hook);
        statement('UPDATE webhooks SET gone_at = ? WHERE hook = ?').run(at, hook);
      }),
    ask: (hook, at) =>
      guard.commit(() => {
        book(hook);
        statement('UPDATE webhooks SET asked_at = ?, gone_at = NULL WHERE hook = ?').run(at, hook);
        statement('UPDATE deliveries SET due = min(due, ?) WHERE hook = ? AND attempts > 0').run(at, hook);
      }),
    drop: (hook, id) =>
      counted(() => {
        if (id === undefined) statement('DELETE FROM deliveries WHERE hook = ?').run(hook);
        else statement('DELETE FROM deliveries WHERE hook = ? AND id = ?').run(hook, id);
        return changes();
      }),
    trim(hook, { before, bytes }) {
      const total = guard.attempt(() =>
        ok(
          statement('SELECT sum(bytes) AS bytes, min(at) AS oldest FROM deliveries WHERE hook = ?').get(hook),
        ),
      );
      if (!total.ok) return total;
      const held = total.value as { bytes: number | null; oldest: number | null };
      const tooMany = bytes !== null && (held.bytes ?? 0) > bytes;
      const tooOld = before !== null && held.oldest !== null && held.oldest < before;
      if (!tooMany && !tooOld) return ok(0);
      return counted(() => {
        const beyond = `SELECT seq FROM (SELECT seq, at, sum(bytes) OVER (ORDER BY seq DESC) AS held
          FROM deliveries WHERE hook = ?) WHERE held > ? OR at < ?`;
        const given = [hook, bytes ?? Number.MAX_SAFE_INTEGER, before ?? 0] as const;
        const lost = statement(
          `SELECT count(*) AS count, min(at) AS first, max(at) AS last FROM deliveries WHERE seq IN (${beyond})`,
        ).get(...given) as { count: number; first: number | null; last: number | null };
        statement(`DELETE FROM deliveries WHERE seq IN (${beyond})`).run(...given);
        book(hook);
        statement(
          `UPDATE webhooks SET lost = lost + ?, lost_from = min(ifnull(lost_from, ?), ?),
             lost_until = max(ifnull(lost_until, ?), ?) WHERE hook = ?`,
        ).run(lost.count, lost.first, lost.first, lost.last, lost.last, hook);
        return lost.count;
      });
    },
    acknowledge: (hook) =>
      guard.commit(() => {
        statement('UPDATE webhooks SET lost = 0, lost_from = NULL, lost_until = NULL WHERE hook = ?').run(
          hook,
        );
      }),
    list: (hook, limit) =>
      guard.attempt(() => {
        const rows = statement(
          `SELECT ${columns} FROM deliveries INDEXED BY deliveries_by_hook WHERE hook = ? ORDER BY seq LIMIT ?`,
        ).all(hook, limit);
        return ok(rows.map((row) => withoutSeq(rowSchema.parse(row))));
      }),
    book: (hook) =>
      guard.attempt(() => {
        const row = statement(
          'SELECT asked_at AS askedAt, gone_at AS goneAt FROM webhooks WHERE hook = ?',
        ).get(hook);
        return ok(row === undefined ? null : tallySchema.pick({ askedAt: true, goneAt: true }).parse(row));
      }),
    tallies: () =>
      guard.attempt(() => {
        const rows = statement(
          `SELECT webhooks.hook AS hook, count(seq) AS waiting, ifnull(sum(bytes), 0) AS waitingBytes,
             min(at) AS oldestAt,
             (SELECT fault FROM deliveries AS failed WHERE failed.hook = webhooks.hook AND attempts > 0
                ORDER BY due DESC LIMIT 1) AS fault,
             (SELECT min(due) FROM deliveries AS failed WHERE failed.hook = webhooks.hook AND attempts > 0) AS nextDue,
             delivered, delivered_at AS deliveredAt, lost, lost_from AS lostFrom, lost_until AS lostUntil,
             gone_at AS goneAt, asked_at AS askedAt
           FROM webhooks LEFT JOIN deliveries ON deliveries.hook = webhooks.hook
           GROUP BY webhooks.hook ORDER BY webhooks.hook`,
        ).all();
        return ok(z.array(tallySchema).parse(rows));
      }),
  };
}

function withoutSeq({ seq: _seq, ...delivery }: z.output<typeof rowSchema>): Delivery {
  return delivery;
}
