import type { Phase, Verdict } from './run.js';
import type { Counters } from './station.js';

/** How many runs have one value of a column. */
export interface FacetCount {
  /** As it is recorded; a bay's number in decimal, '' for no operator or no error. */
  value: string;
  /** Null where counting is not cheap: a search by serial number or by order. */
  count: number | null;
}

/** What a history can be filtered by, each with its values: those that the other filters leave, commonest first. */
export const facetNames = ['verdict', 'model', 'recipe', 'bay', 'operator', 'faultCode'] as const;
export type FacetName = (typeof facetNames)[number];
export type RunFacets = Readonly<Record<FacetName, FacetCount[]>> & {
  /** Runs with a verdict that all the filters leave; null as above. */
  total: number | null;
};

/** Runs that ended, by their verdicts. */
export interface Tally {
  runs: number;
  pass: number;
  fail: number;
  /** ERROR, TIMEOUT and ABORTED together: they say nothing of the units. */
  other: number;
  /** Of the first attempts alone. */
  firstPass: number;
  firstFail: number;
}

/** The tally of a span of local time; ms since the epoch, `until` not included. */
export interface TallyOfSpan extends Tally {
  from: number;
  until: number;
}

export interface TallyOf extends Tally {
  /** The bay's number, or the recipe's name. */
  key: string;
}

/** One bar of a Pareto chart. */
export interface FailureCount {
  /** A fault's code, or a phase of a run; '' where none is recorded. */
  key: string;
  verdict: Exclude<Verdict, 'PASS'>;
  count: number;
}

/** How units came out, over time and by what. */
export interface HistoryStatistics {
  step: 'day' | 'week' | 'month';
  /** Oldest first; spans without runs are there too, up to 400 spans. */
  series: TallyOfSpan[];
  total: Tally;
  byBay: TallyOf[];
  byRecipe: TallyOf[];
  /** Runs that did not pass, commonest first. */
  failuresByCode: FailureCount[];
  /** The same by the phase in which they ended. */
  failuresByPhase: FailureCount[];
}

/** How long a phase took, in ms. */
export interface PhaseDuration {
  phase: Phase;
  median: number;
  /** Nine of ten took no longer. */
  p90: number;
}

/** Durations of passed runs of one bay, one recipe, or all. */
export interface DurationsOf {
  /** '' for all together. */
  key: string;
  runs: number;
  median: number;
  p90: number;
  phases: PhaseDuration[];
}

/** Of the newest passed runs: durations long ago say little of today. */
export interface HistoryDurations {
  /** How many runs were looked at, at most. */
  sample: number;
  all: DurationsOf | null;
  byBay: DurationsOf[];
  byRecipe: DurationsOf[];
}

/** A kind of measurement that was recorded. */
export interface MeasurementKind {
  recipe: string;
  test: string;
  name: string;
}

/** What a shift came to: from one reset of the counters to the next. Times are ms since the epoch. */
export interface Shift extends Counters {
  /** When the next one was begun; null while it goes on. */
  until: number | null;
  /** Who began it, and so ended the one before; '' where nobody was named. */
  operator: string;
  host: string;
}
