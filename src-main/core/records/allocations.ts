import { createStatements, type Database } from './sqlite.js';

/** A range of serial numbers as a recipe gives it. */
export interface NumberRange {
  /** Whose range it is: numbers of one name are handed out once, whichever recipe asks. */
  range: string;
  from: number;
  to: number;
}

/** Hands out numbers. */
export interface Allocations {
  /**
   * The next number for a run, or the one that it has already; null when the range is used up. Belongs into a
   * transaction: the number counts once that is committed, and is never handed out again, whatever becomes of
   * the run. A number that a crash left unused stays so: a gap is harmless, a number on two units is not.
   */
  take(wanted: NumberRange, run: string, at: number): number | null;
}

export function createAllocations(database: Database): Allocations {
  const statement = createStatements(database);
  return {
    take({ range, from, to }, run, at) {
      const before = statement('SELECT number FROM allocations WHERE range = ? AND run = ?').get(range, run);
      if (before !== undefined) return (before as { number: number }).number;
      const { last } = statement(
        'SELECT max(number) AS last FROM allocations WHERE range = ? AND number BETWEEN ? AND ?',
      ).get(range, from, to) as { last: number | null };
      const next = last === null ? from : last + 1;
      if (next > to) return null;
      statement('INSERT INTO allocations (range, number, run, at) VALUES (?, ?, ?, ?)').run(
        range,
        next,
        run,
        at,
      );
      return next;
    },
  };
}
