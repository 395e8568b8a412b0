import { z } from 'zod';
import type { Verdict } from '../../../src-shared/model/run.js';
import { verdictSchema } from '../../../src-shared/model/run.js';
import type { DayNumber, TallyRange } from './local-days.js';
import { createStatements, type Database, type SqlValue } from './sqlite.js';
import { tallyKinds } from './tally-table.js';

/** What runs have in common that are counted together. */
export interface FacetRow {
  readonly id: number;
  readonly bay: number;
  readonly recipe: string;
  readonly model: string;
  readonly operator: string;
  /** Empty while the run goes on. */
  readonly verdict: Verdict | '';
  /** Empty without a fault. */
  readonly fault_code: string;
}

/** Runs of one day or month that have their facet and the phase in common in which they ended. */
export interface Tallied {
  readonly slot: DayNumber;
  readonly facet: FacetRow & { readonly verdict: Verdict };
  /** Empty for a PASS. */
  readonly phase: string;
  readonly runs: number;
  /** Those of them that were first attempts. */
  readonly firsts: number;
}

export interface TallyReader {
  /** Every facet that a run has or had. */
  facets(): ReadonlyMap<number, FacetRow>;
  /**
   * The tallies of some ranges whose facets are wanted, in no order. Slots are days (20260513), or months (20260500).
   * `isWanted` is asked once a facet. Those of an order are kept by day alone.
   */
  read(ranges: readonly TallyRange[], isWanted: (facet: FacetRow) => boolean, batch?: number): Tallied[];
  /** How many runs each facet has in some ranges. */
  count(ranges: readonly TallyRange[], batch?: number): Map<number, number>;
}

/** Lists of plain values, by the hundred thousand: to parse each value by a schema of its own takes longer than the query. */
const listOf = <Value>(isValue: (value: unknown) => value is Value): z.ZodType<Value[]> =>
  z.custom<Value[]>((list) => Array.isArray(list) && list.every(isValue));
const numbers = listOf((value) => typeof value === 'number');
const texts = listOf((value) => typeof value === 'string');
const verdictsOrNone: ReadonlySet<unknown> = new Set(['', ...verdictSchema.options]);
const verdicts = listOf((value): value is Verdict | '' => verdictsOrNone.has(value));
const facetColumns = z.object({
  id: numbers,
  bay: numbers,
  recipe: texts,
  model: texts,
  operator: texts,
  verdict: verdicts,
  fault_code: texts,
});
const countColumns = z.object({ facet: numbers, runs: numbers });
const tallyColumns = countColumns.extend({ bucket: numbers, phase: texts, firsts: numbers });

/** Where the tallies of a range are: those of an order, or of all runs. */
function placeOf({ kind, from, until }: TallyRange, batch: number | undefined): [string, SqlValue[]] {
  if (batch === undefined) {
    return ['tallies WHERE kind = ? AND bucket >= ? AND bucket < ?', [tallyKinds[kind], from, until]];
  }
  if (kind !== 'day') throw new Error('The tallies of an order are kept by day');
  return ['batch_tallies WHERE batch = ? AND bucket >= ? AND bucket < ?', [batch, from, until]];
}

/**
 * Reads tallies by the ten thousand. They come as one text of JSON: to hand them over row by row takes ten times as
 * long. Facets are kept in memory, since no row of theirs is ever changed; there are as many as combinations that
 * occurred, some ten thousand after years.
 */
export function createTallyReader(database: Database): TallyReader {
  const statement = createStatements(database);
  const known = new Map<number, FacetRow>();
  let newest = 0;

  /** A few columns of a table, each as one list: so they are parsed many times as fast as row by row. */
  function columnsOf<Shape extends z.ZodRawShape>(
    columns: z.ZodObject<Shape>,
    from: string,
    values: SqlValue[],
  ): z.infer<z.ZodObject<Shape>> {
    const lists = Object.keys(columns.shape).map((name) => `'${name}', json_group_array(${name})`);
    const select = statement(`SELECT json_object(${lists.join(', ')}) AS json FROM ${from}`);
    const { json } = select.get(...values) as { json: string };
    return columns.parse(JSON.parse(json));
  }

  function facets(): ReadonlyMap<number, FacetRow> {
    const columns = columnsOf(facetColumns, 'facets WHERE id > ?', [newest]);
    for (const [index, id] of columns.id.entries()) {
      known.set(id, {
        id,
        bay: columns.bay[index] ?? 0,
        recipe: columns.recipe[index] ?? '',
        model: columns.model[index] ?? '',
        operator: columns.operator[index] ?? '',
        verdict: columns.verdict[index] ?? '',
        fault_code: columns.fault_code[index] ?? '',
      });
      newest = Math.max(newest, id);
    }
    return known;
  }

  function readRange(
    range: TallyRange,
    batch: number | undefined,
    wanted: ReadonlyMap<number, Tallied['facet']>,
  ): Tallied[] {
    const columns = columnsOf(tallyColumns, ...placeOf(range, batch));
    const found: Tallied[] = [];
    for (const [index, slot] of columns.bucket.entries()) {
      const facet = wanted.get(columns.facet[index] ?? -1);
      if (facet === undefined) continue;
      const phase = columns.phase[index] ?? '';
      const runs = columns.runs[index] ?? 0;
      const firsts = columns.firsts[index] ?? 0;
      found.push({ slot, facet, phase, runs, firsts });
    }
    return found;
  }

  return {
    facets,
    read(ranges, isWanted, batch) {
      const wanted = new Map<number, Tallied['facet']>();
      // A run is counted when it has its verdict.
      for (const [id, facet] of facets()) if (hasVerdict(facet) && isWanted(facet)) wanted.set(id, facet);
      return ranges.flatMap((range) => readRange(range, batch, wanted));
    },
    count(ranges, batch) {
      const counts = new Map<number, number>();
      for (const range of ranges) {
        const { facet, runs } = columnsOf(countColumns, ...placeOf(range, batch));
        for (const [index, id] of facet.entries()) counts.set(id, (counts.get(id) ?? 0) + (runs[index] ?? 0));
      }
      return counts;
    },
  };
}

function hasVerdict(facet: FacetRow): facet is Tallied['facet'] {
  return facet.verdict !== '';
}
