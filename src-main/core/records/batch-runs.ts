import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { positionsPerMillisecond } from './run-table.js';
import { createStatements, type Database } from './sqlite.js';

/** Where the runs of an order lie among all runs. */
export interface BatchRuns {
  recipe: string;
  /** Positions at or above this and below `below`; not every run between them belongs to the order. */
  from: number;
  below: number;
  /** Whether a run belongs to it: it ended while the order was open, and the order counted its unit. */
  readonly has: (run: RunRecord) => boolean;
}

/** By what an order tells its units apart: the serial number, or the first of the attempts at a unit without one. */
export function unitOf({ unitSerial, firstRun, id }: RunRecord): string {
  return unitSerial ?? `run:${firstRun ?? id}`;
}

/** Finds the runs of an order by its number; `batch-unknown`. */
export function createBatchRuns(database: Database): (batch: number) => Result<BatchRuns> {
  const statement = createStatements(database);
  return (batch) => {
    const row = statement(
      'SELECT recipe, opened_at AS openedAt, closed_at AS closedAt FROM batches WHERE id = ?',
    ).get(batch) as { recipe: string; openedAt: number; closedAt: number | null } | undefined;
    if (row === undefined) return fail('batch-unknown', { batch });
    const { recipe, openedAt } = row;
    const closedAt = row.closedAt ?? Number.MAX_SAFE_INTEGER / positionsPerMillisecond - 1;
    const opened = openedAt * positionsPerMillisecond;
    // A bay has one run at a time: what went on when the order was opened is the newest of its kind before that.
    const { first } = statement(
      `SELECT min(position) AS first FROM runs WHERE ended_at >= ? AND position IN (
         SELECT (SELECT position FROM runs WHERE facet = facets.id AND position < ? ORDER BY position DESC LIMIT 1)
         FROM facets WHERE recipe = ?)`,
    ).get(openedAt, opened, recipe) as { first: number | null };
    const counted = statement('SELECT 1 FROM batch_units WHERE batch = ? AND unit = ?');
    return ok({
      recipe,
      from: first ?? opened,
      below: (closedAt + 1) * positionsPerMillisecond,
      has: (run) =>
        run.recipe === recipe &&
        run.verdict !== null &&
        run.endedAt !== null &&
        run.endedAt >= openedAt &&
        run.endedAt <= closedAt &&
        run.fault?.code !== 'serial-unexpected' &&
        counted.get(batch, unitOf(run)) !== undefined,
    });
  };
}
