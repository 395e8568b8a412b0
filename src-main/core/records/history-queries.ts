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
import { createBatchCheck } from './batch-table.js';
import { durationsOf, type TimedRun } from './durations.js';
import { createPositionSearch } from './facet-search.js';
import { beginningOf, dayOf, nextAfter, rangesOf, startOf, type TallyRange } from './local-days.js';
import { searchOf } from './scope-search.js';
import { createStatements, type Database } from './sqlite.js';
import { statisticsOf, stepFor } from './statistics.js';
import { createTallyReader, type FacetRow } from './tally-reader.js';
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

const columnOf: Readonly<Record<FacetName, Exclude<keyof FacetRow, 'id'>>> = {
  verdict: 'verdict',
  model: 'model',
  recipe: 'recipe',
  bay: 'bay',
  operator: 'operator',
  faultCode: 'fault_code',
};

const timedRow = z.object({
  bay: z.number(),
  recipe: z.string(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  phases: z.string(),
});
const facetRow = z.object({ facet: z.number() });
const kindRow = z.object({ recipe: z.string(), test: z.string(), name: z.string() });

/** The one condition of a scope that a facet does not meet; null when it meets them all, undefined when several it does not. */
function missedBy(facet: FacetRow, scope: StatisticsScope): FacetName | null | undefined {
  let missed: FacetName | null = null;
  for (const name of facetNames) {
    if (scope[name] === undefined || facet[columnOf[name]] === scope[name]) continue;
    if (missed !== null) return undefined;
    missed = name;
  }
  return missed;
}

export function createHistoryQueries(
  database: Database,
  { now, attempt }: { now: () => number; attempt: <Value>(work: () => Result<Value>) => Result<Value> },
): HistoryQueries {
  const statement = createStatements(database);
  const search = createPositionSearch(database);
  const tallies = createTallyReader(database);
  const checkBatch = createBatchCheck(database);

  /** When the oldest and the newest day with a tally begin, of an order or of all; null without any. */
  function talliedSpan(batch: number | undefined): { oldest: number; newest: number } | null {
    // Each alone is one descent of the index; both in one SELECT would read all of it.
    const { oldest, newest } = (
      batch === undefined
        ? statement(
            `SELECT (SELECT min(bucket) FROM tallies WHERE kind = ?1) AS oldest,
               (SELECT max(bucket) FROM tallies WHERE kind = ?1) AS newest`,
          ).get(tallyKinds.day)
        : statement(
            `SELECT (SELECT min(bucket) FROM batch_tallies WHERE batch = ?1) AS oldest,
               (SELECT max(bucket) FROM batch_tallies WHERE batch = ?1) AS newest`,
          ).get(batch)
    ) as { oldest: number | null; newest: number | null };
    return oldest === null || newest === null ? null : { oldest: startOf(oldest), newest: startOf(newest) };
  }

  /**
   * A scope's span with its open ends filled in; what began after now, by a clock that was set back, is in it. An order
   * ends with its last run, all other history goes on until today.
   */
  function spanOf({ from, until, batch }: RunScope): { from: number; until: number } {
    const there = talliedSpan(batch);
    const today = beginningOf(now(), 'day');
    const newest = there?.newest ?? today;
    const end = until ?? nextAfter(batch === undefined ? Math.max(today, newest) : newest, 'day');
    return { from: Math.min(end, Math.max(from ?? 0, there?.oldest ?? end)), until: end };
  }

  const daysOf = ({ from, until }: { from: number; until: number }): TallyRange => ({
    kind: 'day',
    from: dayOf(from),
    until: dayOf(nextAfter(until - 1, 'day')),
  });

  /** The facets among which the runs of a scope are, each with how many; null where to count them would read the runs. */
  function counted({ from, until, unitSerial, batch }: RunScope): Map<number, number | null> {
    if (unitSerial !== undefined) {
      const ofUnit = 'SELECT DISTINCT facet FROM runs INDEXED BY runs_by_serial WHERE unit_serial = ?';
      const rows = z.array(facetRow).parse(statement(ofUnit).all(unitSerial));
      return new Map(rows.map(({ facet }) => [facet, null]));
    }
    const span = spanOf({ from, until, batch });
    return batch === undefined
      ? tallies.count(rangesOf(span.from, span.until))
      : tallies.count([daysOf(span)], batch);
  }

  function facets(scope: RunScope): RunFacets {
    const all = tallies.facets();
    const isCounted = scope.unitSerial === undefined;
    const counts = Object.fromEntries(
      facetNames.map((name) => [name, new Map<string | number, number | null>()]),
    ) as Record<FacetName, Map<string | number, number | null>>;
    let total = 0;
    for (const [id, runs] of counted(scope)) {
      const facet = all.get(id);
      // A run that goes on has no verdict yet.
      if (facet === undefined || facet.verdict === '') continue;
      const missed = missedBy(facet, scope);
      if (missed === null) total += runs ?? 0;
      // What a facet misses alone is what it is counted under: one chooses among those, too.
      for (const name of missed === null ? facetNames : missed === undefined ? [] : [missed]) {
        const value = facet[columnOf[name]];
        counts[name].set(value, runs === null ? null : (counts[name].get(value) ?? 0) + runs);
      }
    }
    const of = (name: FacetName): FacetCount[] =>
      [...counts[name]]
        .map(([value, count]) => ({ value: String(value), count }))
        .sort((one, other) => (other.count ?? 0) - (one.count ?? 0) || (one.value < other.value ? -1 : 1));
    return {
      verdict: of('verdict'),
      model: of('model'),
      recipe: of('recipe'),
      bay: of('bay'),
      operator: of('operator'),
      faultCode: of('faultCode'),
      total: isCounted ? total : null,
    };
  }

  function statistics(scope: StatisticsScope): HistoryStatistics {
    const span = spanOf(scope);
    const step = stepFor(span);
    // Days make weeks; whole months are kept as such.
    const ranges =
      step === 'month' && scope.batch === undefined ? rangesOf(span.from, span.until) : [daysOf(span)];
    return statisticsOf(
      tallies.read(ranges, (facet) => missedBy(facet, scope) === null, scope.batch),
      span,
      step,
    );
  }

  function durations(scope: StatisticsScope): HistoryDurations {
    const positions = search({
      ...searchOf({ ...scope, verdict: 'PASS', faultCode: undefined }),
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

  /** Answers what is asked of an order that there is, or of none. */
  const ask = <Value>(scope: StatisticsScope, answer: () => Value): Result<Value> =>
    attempt(() => {
      const known = checkBatch(scope.batch);
      return known.ok ? ok(answer()) : known;
    });

  return {
    facets: (scope) => ask(scope, () => facets(scope)),
    statistics: (scope) => ask(scope, () => statistics(scope)),
    durations: (scope) => ask(scope, () => durations(scope)),
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
