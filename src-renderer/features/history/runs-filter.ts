import { z } from 'zod';
import type { RunScope } from '../../../src-shared/contract/history.js';
import { faultCodes } from '../../../src-shared/model/fault-codes.js';
import { verdictSchema } from '../../../src-shared/model/run.js';

/** Periods that end today, in days. */
export const periods = ['1', '7', '30', '90', '365'] as const;

const dayText = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** What the history is narrowed to. It stands in the address, so that going back and reloading keep it. */
const runsFilterSchema = z.object({
  verdict: verdictSchema.optional(),
  unit: z.string().min(1).max(200).optional(),
  model: z.string().max(200).optional(),
  recipe: z.string().max(200).optional(),
  bay: z.coerce.number().int().min(1).max(999).optional(),
  operator: z.string().max(80).optional(),
  error: z.enum(faultCodes).optional(),
  /** An order, by its number on this station. */
  batch: z.coerce.number().int().min(1).max(1_000_000_000).optional(),
  /** The last so many days. */
  days: z.enum(periods).optional(),
  /** Local days, both included; only without `days`. */
  from: dayText.optional(),
  until: dayText.optional(),
  /** What a chart shows: a measurement, and the test that takes it. The runs are not narrowed by it. */
  measurement: z.string().min(1).max(64).optional(),
  test: z.string().min(1).max(200).optional(),
});
export type RunsFilter = z.infer<typeof runsFilterSchema>;

const names = Object.keys(runsFilterSchema.shape) as (keyof RunsFilter)[];

/** Reads a filter from the query of an address; what is none of it is left out. */
export function filterOf(query: string): RunsFilter {
  const given = new URLSearchParams(query);
  const filter: Record<string, unknown> = {};
  for (const name of names) {
    const text = given.get(name);
    if (text === null) continue;
    const parsed = runsFilterSchema.shape[name].safeParse(text);
    if (parsed.success) filter[name] = parsed.data;
  }
  return filter;
}

/** The same as a query, without its question mark; '' for no filter. */
export function queryOf(filter: RunsFilter): string {
  const query = new URLSearchParams();
  for (const name of names) {
    const value = filter[name];
    if (value !== undefined) query.set(name, String(value));
  }
  return query.toString();
}

/** A filter with some fields changed; a field that is undefined is taken away. */
export function changed(
  filter: RunsFilter,
  change: { [Name in keyof RunsFilter]?: RunsFilter[Name] | undefined },
): RunsFilter {
  const merged = { ...filter, ...change };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}

/**
 * What a filter of the runs leaves of it for the charts, which offer no more than this: one unit makes no statistics, and
 * a yield among the failures alone would be none.
 */
export function charted(filter: RunsFilter): RunsFilter {
  return changed(filter, { unit: undefined, verdict: undefined, error: undefined });
}

function midnight(day: string, later: number): number {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).getTime();
}

/** What is asked of the station. Days are those of the window's time zone, which is the station's. */
export function scopeOf(filter: RunsFilter, now: number): RunScope {
  const { verdict, unit, model, recipe, bay, operator, error, batch, days, from, until } = filter;
  const today = new Date(now);
  const begin =
    days === undefined
      ? from === undefined
        ? undefined
        : midnight(from, 0)
      : new Date(today.getFullYear(), today.getMonth(), today.getDate() - Number(days) + 1).getTime();
  const end = days === undefined && until !== undefined ? midnight(until, 1) : undefined;
  const scope = {
    verdict,
    unitSerial: unit,
    model,
    recipe,
    bay,
    operator,
    faultCode: error,
    batch,
    from: begin,
    until: end,
  };
  return Object.fromEntries(Object.entries(scope).filter(([, value]) => value !== undefined));
}
