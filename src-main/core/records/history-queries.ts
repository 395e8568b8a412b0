import { z } from 'zod';
import type { RunScope, StatisticsScope } from '../../../src-shared/contract/history.js';
import {
  facetNames,
  type FacetCount,
  type FacetName,
  type HistoryDurations,
  type HistoryStatistics,
  type MeasurementKind,
  type RunFacets,
} from '../../../src-shared/model/history.js';
import { ok, type Result } from '../../../src-shared/model/result.js';
import { phaseRecordSchema } from '../../../src-shared/model/run.js';
import { createBatchRuns } from './batch-runs.js';
import { durationsOf, type TimedRun } from './durations.js';
import { createPositionSearch, type Facet } from './facet-search.js';
import { beginningOf, dayOf, nextAfter, rangesOf, startOf, type TallyRange } from './local-days.js';
import { positionsPerMillisecond } from './run-table.js';
import { createStatements, type Database, type SqlValue } from './sqlite.js';
import { statisticsOf, stepFor, talliedSchema } from './statistics.js';
import { tallyKinds } from './tally-table.js';

/** Of how many runs durations are told. */
export const durationSample = 500;

/** What the records say of many runs at once. */
export interface HistoryQueries {
  facets(scope: RunScope): Result<RunFacets>;
  statistics(scope: StatisticsScope): Result<HistoryStatistics>;
  durations(scope: StatisticsScope): Result<HistoryDurations>;
  measurementKinds(): Result<MeasurementKind[]>;
}

const columnOf: Readonly<Record<FacetName, keyof Facet>> = {
  verdict: 'verdict',
  model: 'model',
  recipe: 'recipe',
  bay: 'bay',
  operator: 'operator',
  faultCode: 'fault_code',
};

const countRow = z.object({
  name: z.enum(facetNames),
  value: z.union([z.string(), z.number()]),
  count: z.number().nullable(),
});
const timedRow = z.object({
  bay: z.number(),
  recipe: z.string(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  phases: z.string(),
});
const kindRow = z.object({ recipe: z.string(), test: z.string(), name: z.string() });

/** The conditions of a scope on the table `facets`, and their values in the same order. */
function conditionsOf(scope: StatisticsScope, without?: FacetName): { where: string; values: SqlValue[] } {
  const given = facetNames.flatMap((name): [string, SqlValue][] => {
    const value = scope[name];
    return value === undefined || name === without ? [] : [[`${columnOf[name]} = ?`, value]];
  });
  return {
    where: ['TRUE', ...given.map(([condition]) => condition)].join(' AND '),
    values: given.map(([, value]) => value),
  };
}

export function createHistoryQueries(
  database: Database,
  { now, attempt }: { now: () => number; attempt: <Value>(work: () => Result<Value>) => Result<Value> },
): HistoryQueries {
  const statement = createStatements(database);
  const search = createPositionSearch(database);
  const batchRuns = createBatchRuns(database);

  /** When the oldest and the newest day with a tally begin; null without any. */
  function talliedSpan(): { oldest: number; newest: number } | null {
    const { oldest, newest } = statement(
      'SELECT min(bucket) AS oldest, max(bucket) AS newest FROM tallies WHERE kind = ?',
    ).get(tallyKinds.day) as { oldest: number | null; newest: number | null };
    return oldest === null || newest === null ? null : { oldest: startOf(oldest), newest: startOf(newest) };
  }

  /** A scope's span with its open ends filled in; what began after now, by a clock that was set back, is in it. */
  function spanOf({ from, until }: RunScope): { from: number; until: number } {
    const there = talliedSpan();
    const today = beginningOf(now(), 'day');
    const end = until ?? nextAfter(Math.max(today, there?.newest ?? today), 'day');
    return { from: Math.min(end, Math.max(from ?? 0, there?.oldest ?? end)), until: end };
  }

  /** The tallies of some ranges, as a table of (slot, facet, phase, runs, firsts). */
  function tallied(
    ranges: TallyRange[],
    slot: 'bucket' | 'bucket / 100',
  ): { sql: string; values: SqlValue[] } {
    const part = `SELECT ${slot} AS slot, facet, phase, runs, firsts FROM tallies
      WHERE kind = ? AND bucket >= ? AND bucket < ?`;
    return {
      sql: ranges.length === 0 ? `${part} AND FALSE` : ranges.map(() => part).join(' UNION ALL '),
      values:
        ranges.length === 0
          ? [0, 0, 0]
          : ranges.flatMap(({ kind, from, until }) => [tallyKinds[kind], from, until]),
    };
  }

  /** The combinations among which the runs of a scope are, counted where that is cheap. */
  function countedBy({ unitSerial, batch, ...scope }: RunScope): Result<{ sql: string; values: SqlValue[] }> {
    if (unitSerial !== undefined) {
      const sql =
        'SELECT DISTINCT facet, NULL AS runs FROM runs INDEXED BY runs_by_serial WHERE unit_serial = ?';
      return ok({ sql, values: [unitSerial] });
    }
    if (batch !== undefined) {
      const found = batchRuns(batch);
      if (!found.ok) return found;
      const sql = `SELECT id AS facet, NULL AS runs FROM facets WHERE recipe = ?
        AND EXISTS (SELECT 1 FROM runs WHERE facet = facets.id AND position >= ? AND position < ?)`;
      return ok({ sql, values: [found.value.recipe, found.value.from, found.value.below] });
    }
    const { from, until } = spanOf(scope);
    return ok(tallied(rangesOf(from, until), 'bucket'));
  }

  function facets(scope: RunScope): Result<RunFacets> {
    const counted = scope.unitSerial === undefined && scope.batch === undefined;
    const source = countedBy(scope);
    if (!source.ok) return source;
    const { sql, values } = source.value;
    const parts = facetNames.map((name) => {
      const { where, values: own } = conditionsOf(scope, name);
      const column = columnOf[name];
      return {
        sql: `SELECT '${name}' AS name, ${column} AS value, sum(runs) AS count FROM counted
          JOIN facets ON facets.id = counted.facet WHERE ${where} AND verdict <> '' GROUP BY ${column}`,
        values: own,
      };
    });
    const rows = z.array(countRow).parse(
      statement(
        `WITH counted AS MATERIALIZED (SELECT facet, sum(runs) AS runs FROM (${sql}) GROUP BY facet)
         ${parts.map((part) => part.sql).join(' UNION ALL ')}`,
      ).all(...values, ...parts.flatMap((part) => part.values)),
    );
    const of = (name: FacetName): FacetCount[] =>
      rows
        .filter((row) => row.name === name)
        .map(({ value, count }) => ({ value: String(value), count: counted ? (count ?? 0) : null }))
        .sort((one, other) => (other.count ?? 0) - (one.count ?? 0) || (one.value < other.value ? -1 : 1));
    const verdicts = of('verdict').filter(
      ({ value }) => scope.verdict === undefined || value === scope.verdict,
    );
    return ok({
      verdict: of('verdict'),
      model: of('model'),
      recipe: of('recipe'),
      bay: of('bay'),
      operator: of('operator'),
      faultCode: of('faultCode'),
      total: counted ? verdicts.reduce((sum, { count }) => sum + (count ?? 0), 0) : null,
    });
  }

  function statistics(scope: StatisticsScope): HistoryStatistics {
    const span = spanOf(scope);
    const step = stepFor(span);
    // Days make weeks; whole months are kept as such.
    const ranges: TallyRange[] =
      step === 'month'
        ? rangesOf(span.from, span.until)
        : [{ kind: 'day', from: dayOf(span.from), until: dayOf(nextAfter(span.until - 1, 'day')) }];
    const { sql, values } = tallied(ranges, step === 'month' ? 'bucket / 100' : 'bucket');
    const { where, values: own } = conditionsOf(scope);
    const by = (name: string, column: string, from: string): string =>
      `SELECT '${name}' AS dimension, ${column} AS key, verdict, sum(runs) AS runs, sum(firsts) AS firsts
       FROM ${from} GROUP BY ${column}, verdict`;
    // Over time by what there is, and the rest by what that sums up to: texts are grouped few at a time.
    const rows = statement(
      `WITH tallied AS MATERIALIZED (
         SELECT slot, facet, phase, verdict, runs, firsts FROM (${sql}) JOIN facets ON facets.id = facet
         WHERE ${where}
       ),
       summed AS MATERIALIZED (
         SELECT facet, phase, sum(runs) AS runs, sum(firsts) AS firsts FROM tallied GROUP BY facet, phase
       ),
       counted AS MATERIALIZED (
         SELECT bay, recipe, verdict, fault_code, phase, runs, firsts FROM summed JOIN facets ON facets.id = facet
       ),
       failed AS MATERIALIZED (SELECT * FROM counted WHERE verdict <> 'PASS')
       ${[
         by('slot', 'slot', 'tallied'),
         by('bay', 'bay', 'counted'),
         by('recipe', 'recipe', 'counted'),
         by('code', 'fault_code', 'failed'),
         by('phase', 'phase', 'failed'),
       ].join(' UNION ALL ')}`,
    ).all(...values, ...own);
    return statisticsOf(z.array(talliedSchema).parse(rows), span, step);
  }

  function durations(scope: StatisticsScope): HistoryDurations {
    const { bay, recipe, model, operator, from, until } = scope;
    const facet = Object.fromEntries(
      Object.entries({ bay, recipe, model, operator, verdict: 'PASS' }).filter(
        ([, value]) => value !== undefined,
      ),
    );
    const positions = search({
      facet,
      below: (until ?? Number.MAX_SAFE_INTEGER / positionsPerMillisecond) * positionsPerMillisecond,
      from: (from ?? 0) * positionsPerMillisecond,
      limit: durationSample,
    });
    const rows = statement(
      `SELECT bay, recipe, started_at AS startedAt, ended_at AS endedAt, phases
       FROM runs JOIN facets ON facets.id = runs.facet WHERE position IN (SELECT value FROM json_each(?))`,
    ).all(JSON.stringify(positions));
    const runs = z
      .array(timedRow)
      .parse(rows)
      .map((row): TimedRun => ({
        ...row,
        phases: z.array(phaseRecordSchema).parse(JSON.parse(row.phases)),
      }));
    return durationsOf(runs, durationSample);
  }

  return {
    facets: (scope) => attempt(() => facets(scope)),
    statistics: (scope) => attempt(() => ok(statistics(scope))),
    durations: (scope) => attempt(() => ok(durations(scope))),
    measurementKinds: () =>
      attempt(() =>
        ok(
          z
            .array(kindRow)
            .parse(
              statement(
                'SELECT recipe, test, name FROM measurement_series ORDER BY recipe, test, name LIMIT 2000',
              ).all(),
            ),
        ),
      ),
  };
}
