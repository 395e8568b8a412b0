import { z } from 'zod';
import {
  batchSchema,
  batchUnitSchema,
  type Batch,
  type BatchDetail,
} from '../../../src-shared/model/batch.js';
import type { BatchOrder } from '../../../src-shared/contract/batches.js';
import { fail, faultSchema, ok, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { createStatements, type Database, type SqlValue } from './sqlite.js';

/** Orders in their tables. Every write is committed when the call returns. */
export interface Batches {
  /** `batch-open`, `batch-serials`, `records-unwritable`. */
  open(order: BatchOrder, by: { operator: string; at: number }): Result<Batch>;
  /** `batch-unknown`, `batch-closed`, `records-unwritable`. */
  close(batch: number, by: { operator: string; at: number }): Result<Batch>;
  /** Open ones first, then the last 200 that were closed. */
  list(): Result<Batch[]>;
  /** `batch-unknown`. */
  find(batch: number): Result<Batch>;
  /** `batch-unknown`. */
  show(batch: number): Result<BatchDetail>;
  /** The open order that wants none of this serial number; null when there is no such order. */
  refusing(recipe: string, serial: string): Result<Batch | null>;
  /**
   * Counts a run that got its verdict for the order of its recipe that is open, in the transaction that writes it; gives
   * that order, null where the run belongs to none.
   */
  count(run: RunRecord, position: number): number | null;
}

/** By what an order tells its units apart: the serial number, or the first of the attempts at a unit without one. */
function unitOf({ unitSerial, firstRun, id }: RunRecord): string {
  return unitSerial ?? `run:${firstRun ?? id}`;
}

/** Says `batch-unknown` of an order that there is none of; fine where none is named. */
export function createBatchCheck(database: Database): (batch: number | undefined) => Result<void> {
  const statement = createStatements(database);
  return (batch) =>
    batch === undefined || statement('SELECT 1 FROM batches WHERE id = ?').get(batch) !== undefined
      ? ok()
      : fail('batch-unknown', { batch });
}

const flag = z.number().transform((value) => value === 1);
const batchRow = batchSchema.extend({ expectsSerials: flag });
const openRow = batchRow.pick({ id: true, orderNumber: true, expectsSerials: true });
type OpenBatch = z.infer<typeof openRow>;
const unitRow = batchUnitSchema.extend({
  expected: flag,
  fault: z
    .string()
    .nullable()
    .transform((text) => (text === null ? null : (faultSchema.safeParse(JSON.parse(text)).data ?? null))),
});
/** So many expected serial numbers are named. */
const namedMissing = 2000;

const selectBatches = `SELECT id, order_number AS orderNumber, recipe, quantity, expects_serials AS expectsSerials,
    opened_at AS openedAt, opened_by AS openedBy, closed_at AS closedAt, closed_by AS closedBy, host,
    count(unit) FILTER (WHERE verdict = 'PASS' AND expected = 1) AS passed,
    count(unit) FILTER (WHERE verdict = 'FAIL' AND expected = 1) AS failed,
    count(unit) FILTER (WHERE verdict NOT IN ('PASS', 'FAIL') AND expected = 1) AS other,
    count(unit) FILTER (WHERE passes > 1) AS doubles,
    count(unit) FILTER (WHERE expected = 0) AS unexpected
  FROM batches LEFT JOIN batch_units ON batch_units.batch = batches.id`;

export function createBatchTable(
  database: Database,
  guard: {
    host: string;
    commit: (work: () => void) => Result<void>;
    attempt: <Value>(work: () => Result<Value>) => Result<Value>;
  },
): Batches {
  const statement = createStatements(database);

  const batches = (rest: string, ...values: SqlValue[]): Batch[] =>
    z.array(batchRow).parse(statement(`${selectBatches} ${rest}`).all(...values));
  const find = (id: number): Batch | undefined => batches('WHERE batches.id = ? GROUP BY batches.id', id)[0];
  /** Without its counts: this is asked as each run ends, and counting reads every unit of the order. */
  const openOf = (recipe: string): OpenBatch | undefined => {
    const row = statement(
      `SELECT id, order_number AS orderNumber, expects_serials AS expectsSerials FROM batches
       WHERE recipe = ? AND closed_at IS NULL`,
    ).get(recipe);
    return row === undefined ? undefined : openRow.parse(row);
  };
  const unknown = (batch: number): Result<never> => fail('batch-unknown', { batch });
  const found = (id: number): Result<Batch> => {
    const batch = find(id);
    return batch === undefined ? unknown(id) : ok(batch);
  };
  const isExpected = (batch: OpenBatch, serial: string | null): boolean =>
    !batch.expectsSerials ||
    (serial !== null &&
      statement('SELECT 1 FROM batch_serials WHERE batch = ? AND serial = ?').get(batch.id, serial) !==
        undefined);

  return {
    open: ({ orderNumber, recipe, quantity, serials }, { operator, at }) =>
      guard.attempt(() => {
        const before = openOf(recipe);
        if (before !== undefined) return fail('batch-open', { order: before.orderNumber, recipe });
        const wanted = new Set(serials);
        if (wanted.size > 0 && wanted.size < quantity) {
          return fail('batch-serials', { serials: wanted.size, quantity });
        }
        const made: number[] = [];
        const saved = guard.commit(() => {
          statement(
            `INSERT INTO batches (order_number, recipe, quantity, expects_serials, opened_at, opened_by, host)
             VALUES (?, ?, ?, ?, ?, ?, ?)`,
          ).run(orderNumber, recipe, quantity, wanted.size > 0 ? 1 : 0, at, operator, guard.host);
          const { id } = statement('SELECT max(id) AS id FROM batches').get() as { id: number };
          made.push(id);
          for (const serial of wanted) {
            statement('INSERT INTO batch_serials (batch, serial) VALUES (?, ?)').run(id, serial);
          }
        });
        return saved.ok ? found(made[0] ?? 0) : saved;
      }),
    close: (batch, { operator, at }) =>
      guard.attempt(() => {
        const present = found(batch);
        if (!present.ok) return present;
        if (present.value.closedAt !== null)
          return fail('batch-closed', { order: present.value.orderNumber });
        const saved = guard.commit(() => {
          statement('UPDATE batches SET closed_at = ?, closed_by = ? WHERE id = ?').run(at, operator, batch);
        });
        return saved.ok ? found(batch) : saved;
      }),
    list: () =>
      guard.attempt(() =>
        ok([
          ...batches('WHERE closed_at IS NULL GROUP BY batches.id ORDER BY opened_at DESC'),
          ...batches(
            `WHERE batches.id IN (SELECT id FROM batches WHERE closed_at IS NOT NULL ORDER BY id DESC LIMIT 200)
             GROUP BY batches.id ORDER BY closed_at DESC`,
          ),
        ]),
      ),
    find: (id) => guard.attempt(() => found(id)),
    show: (id) =>
      guard.attempt(() => {
        const batch = found(id);
        if (!batch.ok) return batch;
        const units = statement(
          `SELECT serial, expected, runs, passes, last_run AS lastRun, last_at AS lastAt, verdict,
             fault_code AS faultCode, (SELECT fault FROM runs WHERE runs.id = last_run) AS fault
           FROM batch_units WHERE batch = ? ORDER BY last_at DESC, unit`,
        ).all(id);
        const missing = statement(
          `SELECT serial FROM batch_serials WHERE batch = ?
           AND NOT EXISTS (SELECT 1 FROM batch_units WHERE batch_units.batch = batch_serials.batch AND unit = batch_serials.serial)
           ORDER BY serial LIMIT ?`,
        ).all(id, namedMissing) as { serial: string }[];
        return ok({
          batch: batch.value,
          units: z.array(unitRow).parse(units),
          missing: missing.map(({ serial }) => serial),
        });
      }),
    refusing: (recipe, serial) =>
      guard.attempt(() => {
        const batch = openOf(recipe);
        return batch === undefined || isExpected(batch, serial) ? ok(null) : found(batch.id);
      }),
    count(run, position) {
      const batch = openOf(run.recipe);
      if (batch === undefined || run.verdict === null) return null;
      // Refused before anything was done to it: it is no unit of this order.
      if (run.fault?.code === 'serial-unexpected') return null;
      statement(
        'INSERT INTO batch_runs (batch, position, facet) SELECT ?, position, facet FROM runs WHERE position = ?',
      ).run(batch.id, position);
      statement(
        `INSERT INTO batch_units (batch, unit, serial, expected, runs, passes, last_run, last_at, verdict, fault_code)
         VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?)
         ON CONFLICT (batch, unit) DO UPDATE SET runs = runs + 1, passes = passes + excluded.passes,
           last_run = excluded.last_run, last_at = excluded.last_at, verdict = excluded.verdict,
           fault_code = excluded.fault_code`,
      ).run(
        batch.id,
        unitOf(run),
        run.unitSerial,
        isExpected(batch, run.unitSerial) ? 1 : 0,
        run.verdict === 'PASS' ? 1 : 0,
        run.id,
        run.endedAt ?? run.startedAt,
        run.verdict,
        run.fault?.code ?? '',
      );
      return batch.id;
    },
  };
}
