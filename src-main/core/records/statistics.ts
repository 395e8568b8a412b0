import { z } from 'zod';
import type {
  FailureCount,
  HistoryStatistics,
  Tally,
  TallyOf,
  TallyOfSpan,
} from '../../../src-shared/model/history.js';
import { verdictSchema } from '../../../src-shared/model/run.js';
import { beginningOf, nextAfter, startOf, type Step } from './local-days.js';

const day = 86_400_000;
/** No more spans than this are drawn. */
const mostSpans = 400;

/** One row of the tallies, grouped by one dimension and the verdict. */
export const talliedSchema = z.object({
  dimension: z.enum(['slot', 'bay', 'recipe', 'code', 'phase']),
  key: z.union([z.string(), z.number()]),
  verdict: verdictSchema,
  runs: z.number(),
  firsts: z.number(),
});
export type Tallied = z.infer<typeof talliedSchema>;

/** Days for a month, weeks for a season, months beyond. */
export function stepFor({ from, until }: { from: number; until: number }): Step {
  const days = (until - from) / day;
  if (days <= 45) return 'day';
  return days <= 130 ? 'week' : 'month';
}

function nothingYet(): Tally {
  return { runs: 0, pass: 0, fail: 0, other: 0, firstPass: 0, firstFail: 0 };
}

function add(tally: Tally, { verdict, runs, firsts }: Tallied): void {
  tally.runs += runs;
  if (verdict === 'PASS') {
    tally.pass += runs;
    tally.firstPass += firsts;
  } else if (verdict === 'FAIL') {
    tally.fail += runs;
    tally.firstFail += firsts;
  } else tally.other += runs;
}

/** Puts grouped rows together. Slots are days (20260513), or months (202605) where the step is a month. */
export function statisticsOf(
  rows: readonly Tallied[],
  span: { from: number; until: number },
  step: Step,
): HistoryStatistics {
  const of = (dimension: Tallied['dimension']): Tallied[] =>
    rows.filter((row) => row.dimension === dimension);
  const total = nothingYet();
  const spans = emptySpans(span, step);
  for (const row of of('slot')) {
    add(total, row);
    const at = startOf(step === 'month' ? Number(row.key) * 100 : Number(row.key));
    const place = spans.get(beginningOf(at, step));
    if (place !== undefined) add(place, row);
  }
  return {
    step,
    total,
    series: [...spans.values()],
    byBay: grouped(of('bay')),
    byRecipe: grouped(of('recipe')),
    failuresByCode: failures(of('code')),
    failuresByPhase: failures(of('phase')),
  };
}

function emptySpans({ from, until }: { from: number; until: number }, step: Step): Map<number, TallyOfSpan> {
  const spans = new Map<number, TallyOfSpan>();
  for (let at = beginningOf(from, step); at < until && spans.size < mostSpans; at = nextAfter(at, step)) {
    spans.set(at, { from: at, until: nextAfter(at, step), ...nothingYet() });
  }
  return spans;
}

function grouped(rows: readonly Tallied[]): TallyOf[] {
  const groups = new Map<string, TallyOf>();
  for (const row of rows) {
    const key = String(row.key);
    const group = groups.get(key) ?? { key, ...nothingYet() };
    groups.set(key, group);
    add(group, row);
  }
  return [...groups.values()].sort((one, other) => one.key.localeCompare(other.key, 'en', { numeric: true }));
}

function failures(rows: readonly Tallied[]): FailureCount[] {
  return rows
    .flatMap(({ key, verdict, runs }) =>
      verdict === 'PASS' ? [] : [{ key: String(key), verdict, count: runs }],
    )
    .sort((one, other) => other.count - one.count || (one.key < other.key ? -1 : 1));
}
