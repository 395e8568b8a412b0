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
  /** The tallies of some ranges, in no order. Slots are days (20260513), or months (20260500). */
  read(ranges: readonly TallyRange[]): Tallied[];
}

const numbers = z.array(z.number());
const texts = z.array(z.string());
const facetColumns = z.object({
  id: numbers,
  bay: numbers,
  recipe: texts,
  model: texts,
  operator: texts,
  verdict: z.array(z.union([verdictSchema, z.literal('')])),
  fault_code: texts,
});
const tallyColumns = z.object({
  bucket: numbers,
  facet: numbers,
  phase: texts,
  runs: numbers,
  firsts: numbers,
});

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
  function columnsOf<Columns>(
    schema: z.ZodType<Columns>,
    names: string[],
    from: string,
    values: SqlValue[],
  ): Columns {
    const lists = names.map((name) => `'${name}', json_group_array(${name})`);
    const { json } = statement(`SELECT json_object(${lists.join(', ')}) AS json FROM ${from}`).get(
      ...values,
    ) as {
      json: string;
    };
    return schema.parse(JSON.parse(json));
  }

  function facets(): ReadonlyMap<number, FacetRow> {
    const columns = columnsOf(facetColumns, Object.keys(facetColumns.shape), 'facets WHERE id > ?', [newest]);
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

  function readRange({ kind, from, until }: TallyRange, of: ReadonlyMap<number, FacetRow>): Tallied[] {
    const columns = columnsOf(
      tallyColumns,
      Object.keys(tallyColumns.shape),
      'tallies WHERE kind = ? AND bucket >= ? AND bucket < ?',
      [tallyKinds[kind], from, until],
    );
    return columns.bucket.flatMap((slot, index): Tallied[] => {
      const facet = of.get(columns.facet[index] ?? -1);
      // A run is counted when it has its verdict.
      if (facet === undefined || !hasVerdict(facet)) return [];
      const [phase = '', runs = 0, firsts = 0] = [
        columns.phase[index],
        columns.runs[index],
        columns.firsts[index],
      ];
      return [{ slot, facet, phase, runs, firsts }];
    });
  }

  return {
    facets,
    read(ranges) {
      const of = facets();
      return ranges.flatMap((range) => readRange(range, of));
    },
  };
}

function hasVerdict(facet: FacetRow): facet is Tallied['facet'] {
  return facet.verdict !== '';
}
