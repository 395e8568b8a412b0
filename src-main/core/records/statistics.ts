import type {
  FailureCount,
  HistoryStatistics,
  Tally,
  TallyOf,
  TallyOfSpan,
} from '../../../src-shared/model/history.js';
import { beginningOf, nextAfter, startOf, type Step } from './local-days.js';
import type { Tallied } from './tally-reader.js';

const day = 86_400_000;
/** No more spans than this are drawn. */
const mostSpans = 400;

/** Days for a month, weeks for a season, months beyond. */
export function stepFor({ from, until }: { from: number; until: number }): Step {
  const days = (until - from) / day;
  if (days <= 45) return 'day';
  return days <= 130 ? 'week' : 'month';
}

function nothingYet(): Tally {
  return { runs: 0, pass: 0, fail: 0, other: 0, firstPass: 0, firstFail: 0 };
}

function add(tally: Tally, { facet: { verdict }, runs, firsts }: Tallied): void {
  tally.runs += runs;
  if (verdict === 'PASS') {
    tally.pass += runs;
    tally.firstPass += firsts;
  } else if (verdict === 'FAIL') {
    tally.fail += runs;
    tally.firstFail += firsts;
  } else tally.other += runs;
}

/** How many runs ended so, by error or phase and by verdict. */
type FailureCounts = Map<string, Map<FailureCount['verdict'], number>>;

/** Puts tallies together, over time and by what their runs have in common. */
export function statisticsOf(
  tallies: readonly Tallied[],
  span: { from: number; until: number },
  step: Step,
): HistoryStatistics {
  const total = nothingYet();
  const spans = emptySpans(span, step);
  const spanOfSlot = new Map<number, TallyOfSpan | undefined>();
  const byBay = new Map<string | number, TallyOf>();
  const byRecipe = new Map<string | number, TallyOf>();
  const byCode: FailureCounts = new Map();
  const byPhase: FailureCounts = new Map();
  for (const tally of tallies) {
    const { slot, facet, phase } = tally;
    let place = spanOfSlot.get(slot);
    if (place === undefined && !spanOfSlot.has(slot)) {
      place = spans.get(beginningOf(startOf(slot), step));
      spanOfSlot.set(slot, place);
    }
    add(total, tally);
    if (place !== undefined) add(place, tally);
    addTo(byBay, facet.bay, tally);
    addTo(byRecipe, facet.recipe, tally);
    if (facet.verdict === 'PASS') continue;
    countFailure(byCode, facet.fault_code, tally);
    countFailure(byPhase, phase, tally);
  }
  return {
    step,
    total,
    series: [...spans.values()],
    byBay: inOrder(byBay),
    byRecipe: inOrder(byRecipe),
    failuresByCode: mostFirst(byCode),
    failuresByPhase: mostFirst(byPhase),
  };
}

function emptySpans({ from, until }: { from: number; until: number }, step: Step): Map<number, TallyOfSpan> {
  const spans = new Map<number, TallyOfSpan>();
  for (let at = beginningOf(from, step); at < until && spans.size < mostSpans; at = nextAfter(at, step)) {
    spans.set(at, { from: at, until: nextAfter(at, step), ...nothingYet() });
  }
  return spans;
}

function addTo(groups: Map<string | number, TallyOf>, key: string | number, tally: Tallied): void {
  let group = groups.get(key);
  if (group === undefined) groups.set(key, (group = { key: String(key), ...nothingYet() }));
  add(group, tally);
}

function countFailure(counts: FailureCounts, key: string, { facet, runs }: Tallied): void {
  if (facet.verdict === 'PASS') return;
  const ofKey = counts.get(key) ?? new Map<FailureCount['verdict'], number>();
  counts.set(key, ofKey);
  ofKey.set(facet.verdict, (ofKey.get(facet.verdict) ?? 0) + runs);
}

function inOrder(groups: Map<string | number, TallyOf>): TallyOf[] {
  return [...groups.values()].sort((one, other) => one.key.localeCompare(other.key, 'en', { numeric: true }));
}

function mostFirst(counts: FailureCounts): FailureCount[] {
  return [...counts]
    .flatMap(([key, ofKey]) => [...ofKey].map(([verdict, count]): FailureCount => ({ key, verdict, count })))
    .sort((one, other) => other.count - one.count || (one.key < other.key ? -1 : 1));
}
