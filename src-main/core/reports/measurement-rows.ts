import { limitsOf } from '../../../src-shared/model/limits.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import type { CsvCell } from './csv.js';

/**
 * The columns of an export of measurements, which are also the fields of its JSON Lines. Names and order are part of the
 * command line's contract: a new one goes to the end. Times are UTC, ISO 8601. `unit` is the device's serial number,
 * `value` what was said and `number` the same as a number; `value_unit` is its unit of measurement. `counts` tells the
 * attempt that decided from those before it.
 */
export const measurementColumnNames = [
  'run',
  'started',
  'ended',
  'run_verdict',
  'unit',
  'model',
  'recipe',
  'recipe_sha256',
  'bay',
  'operator',
  'host',
  'phase',
  'phase_attempt',
  'counts',
  'measured',
  'name',
  'value',
  'number',
  'value_unit',
  'min',
  'max',
  'equals',
  'matches',
  'limits',
  'verdict',
] as const;

export type MeasurementRow = Readonly<Record<(typeof measurementColumnNames)[number], CsvCell>>;

/** One row a measurement of every attempt at every test phase, in their order. */
export function measurementRows(run: RunRecord): MeasurementRow[] {
  const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
  return run.tests.flatMap((test) =>
    test.attempts.flatMap((attempt, index) =>
      attempt.measurements.map((one): MeasurementRow => ({
        run: run.id,
        started: iso(run.startedAt),
        ended: iso(run.endedAt),
        run_verdict: run.verdict,
        unit: run.unitSerial,
        model: run.model,
        recipe: run.recipe,
        recipe_sha256: run.recipeHash,
        bay: run.bay,
        operator: run.operator,
        host: run.host,
        phase: test.name,
        phase_attempt: index + 1,
        counts: index === test.attempts.length - 1,
        measured: iso(attempt.endedAt),
        name: one.name,
        value: one.text,
        number: one.number,
        value_unit: one.unit ?? null,
        min: one.min ?? null,
        max: one.max ?? null,
        equals: one.equals ?? null,
        matches: one.matches ?? null,
        limits: limitsOf(one) || null,
        verdict: one.verdict,
      })),
    ),
  );
}

/** A row's cells, in the order of `measurementColumnNames`. */
export function measurementCells(row: MeasurementRow): CsvCell[] {
  return measurementColumnNames.map((name) => row[name]);
}
