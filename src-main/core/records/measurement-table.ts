import { z } from 'zod';
import type { RunRecord } from '../../../src-shared/model/run.js';
import type { MeasurementPoint } from '../../../src-shared/model/measurement-point.js';
import { createPositionSearch, type PositionSearch } from './facet-search.js';
import { createStatements, type Database } from './sqlite.js';

/** One measurement of one recipe over its units. */
export interface MeasurementSeries {
  recipe: string;
  name: string;
  /** The test phase, where several have a measurement of that name. */
  test?: string | undefined;
  /** How many, the newest. */
  limit: number;
}

/** What runs measured, in a table of its own: a chart reads no run. Writes belong into a transaction. */
export interface MeasurementTable {
  /** Writes what the attempts that count measured. */
  insert(position: number, run: RunRecord): void;
  /** Oldest first; of the runs that are searched for, or of all. */
  newest(series: MeasurementSeries, among: Omit<PositionSearch, 'limit'> | null): MeasurementPoint[];
}

/** How many of the runs that are searched for are looked at together, and how often at most: a test may hardly ever be met. */
const page = 500;
const mostPages = 4;

const rowSchema = z.object({
  run: z.string(),
  at: z.number(),
  unitSerial: z.string().nullable(),
  test: z.string(),
  value: z.number().nullable(),
  text: z.string().nullable(),
  unit: z.string().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  verdict: z.enum(['PASS', 'FAIL', 'ERROR']),
});

export function createMeasurementTable(database: Database): MeasurementTable {
  const statement = createStatements(database);
  const search = createPositionSearch(database);

  function seriesId(recipe: string, test: string, name: string): number {
    statement('INSERT OR IGNORE INTO measurement_series (recipe, test, name) VALUES (?, ?, ?)').run(
      recipe,
      test,
      name,
    );
    const found = statement('SELECT id FROM measurement_series WHERE recipe = ? AND test = ? AND name = ?');
    return (found.get(recipe, test, name) as { id: number }).id;
  }

  return {
    insert(position, run) {
      for (const test of run.tests) {
        for (const one of test.attempts.at(-1)?.measurements ?? []) {
          statement(
            `INSERT OR REPLACE INTO measurements (series, run, value, text, unit, least, most, verdict)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
          ).run(
            seriesId(run.recipe, test.name, one.name),
            position,
            one.number,
            one.text?.replace(/\0|\p{Surrogate}/gu, '\ufffd') ?? null,
            one.unit ?? null,
            one.min ?? null,
            one.max ?? null,
            one.verdict,
          );
        }
      }
    },
    newest({ recipe, name, test, limit }, among) {
      const ids = statement(
        'SELECT id FROM measurement_series WHERE recipe = ? AND name = ? AND (? IS NULL OR test = ?)',
      ).all(recipe, name, test ?? null, test ?? null) as { id: number }[];
      if (ids.length === 0) return [];
      // Each series is read by its own key's end; only a handful of tests share a name.
      const newestOf = (id: number): unknown[] =>
        statement(`${selectPoints} WHERE measurements.series = ? ORDER BY measurements.run DESC LIMIT ?`).all(
          id,
          limit,
        );
      const rows =
        among === null
          ? ids.flatMap(({ id }) => newestOf(id))
          : newestAmong(JSON.stringify(ids.map(({ id }) => id)), among, limit);
      return z
        .array(rowSchema)
        .parse(rows)
        .sort((one, other) => one.at - other.at)
        .slice(-limit);
    },
  };

  /** What was measured in the runs of a search: those are found first, a page at a time, and each has its place in a series. */
  function newestAmong(ids: string, among: Omit<PositionSearch, 'limit'>, limit: number): unknown[] {
    const rows: unknown[] = [];
    let { below } = among;
    for (let count = 0; count < mostPages && rows.length < limit; count += 1) {
      const positions = search({ ...among, below, limit: page });
      const ofPage = statement(
        `${selectPoints} WHERE measurements.series IN (SELECT value FROM json_each(?))
           AND measurements.run IN (SELECT value FROM json_each(?)) ORDER BY measurements.run DESC`,
      );
      rows.push(...ofPage.all(ids, JSON.stringify(positions)));
      if (positions.length < page) break;
      below = positions.at(-1) ?? 0;
    }
    return rows;
  }
}

const selectPoints = `SELECT runs.id AS run, runs.started_at AS at, runs.unit_serial AS unitSerial, series.test AS test,
    value, text, unit, least AS min, most AS max, verdict
  FROM measurements
  JOIN runs ON runs.position = measurements.run
  JOIN measurement_series AS series ON series.id = measurements.series`;
