import type { RunScope } from '../../../src-shared/contract/history.js';
import { faultCodes } from '../../../src-shared/model/fault-codes.js';
import { verdicts } from '../../../src-shared/model/verdicts.js';

/** Periods that end today, in days. */
export const periods = ['1', '7', '30', '90', '365'] as const;

type Reader<Value> = (given: string) => Value | undefined;

const text =
  (shortest: number, longest: number): Reader<string> =>
  (given) =>
    given.length >= shortest && given.length <= longest ? given : undefined;
const whole =
  (largest: number): Reader<number> =>
  (given) =>
    /^[1-9]\d*$/.test(given) && Number(given) <= largest ? Number(given) : undefined;
const oneOf =
  <Word extends string>(words: readonly Word[]): Reader<Word> =>
  (given) =>
    words.find((word) => word === given);
const day: Reader<string> = (given) => (/^\d{4}-\d{2}-\d{2}$/.test(given) ? given : undefined);

/** How each field is read from an address; undefined for what is none. */
const fields = {
  verdict: oneOf(verdicts),
  unit: text(1, 200),
  model: text(0, 200),
  recipe: text(0, 200),
  bay: whole(999),
  operator: text(0, 80),
  error: oneOf(faultCodes),
  /** An order, by its number on this station. */
  batch: whole(1_000_000_000),
  /** The last so many days. */
  days: oneOf(periods),
  /** Local days, both included; only without `days`. */
  from: day,
  until: day,
  /** What a chart shows: a measurement, and the test that takes it. The runs are not narrowed by it. */
  measurement: text(1, 64),
  test: text(1, 200),
};

/** What the history is narrowed to. It stands in the address, so that going back and reloading keep it. */
export type RunsFilter = { [Name in keyof typeof fields]?: NonNullable<ReturnType<(typeof fields)[Name]>> };

const names = Object.keys(fields) as (keyof RunsFilter)[];

/** Reads a filter from the query of an address; what is none of it is left out. */
export function filterOf(query: string): RunsFilter {
  const given = new URLSearchParams(query);
  return Object.fromEntries(
    names.flatMap((name) => {
      const said = given.get(name);
      const value = said === null ? undefined : fields[name](said);
      return value === undefined ? [] : [[name, value]];
    }),
  );
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
