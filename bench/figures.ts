/** One measured number of design.md, "Numbers to reach". */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** At most this; null for a number that is told, not judged. */
  limit: number | null;
  /** Whether `value` keeps to `limit`. */
  met: boolean | null;
  /** What the value was made from, in the order in which it was measured; thinned out to a few dozen. */
  runs: number[];
  /** What else has to be known to read it. */
  facts?: Record<string, unknown>;
}

/** What each file of this folder that ends in `.bench.ts` exports. */
export interface Bench {
  /** What it measures, in a sentence. */
  title: string;
  /** What has to be there first; made by the runner. */
  needs?: readonly ('build' | 'engine' | 'window')[];
  run(context: BenchContext): Promise<Figure[]>;
}

export interface BenchContext {
  /** A folder of its own, removed afterwards. */
  folder: string;
  /** The checkout. */
  projectRoot: string;
  /** Says to whoever waits what is going on. */
  say: (line: string) => void;
  /** As `--quick` asks: fewer repetitions, for trying the bench itself. */
  quick: boolean;
}

export function figure(
  name: string,
  given: {
    value: number;
    unit: string;
    limit?: number;
    runs?: readonly number[];
    facts?: Record<string, unknown>;
  },
): Figure {
  const { value, unit, limit = null, runs = [value], facts } = given;
  return {
    name,
    value: rounded(value),
    unit,
    limit,
    met: limit === null ? null : value <= limit,
    runs: thinned(runs).map(rounded),
    ...(facts === undefined ? {} : { facts }),
  };
}

/** `part` from 0 to 1; 0.5 is the median. Of several values, the smallest that is not below so many. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
  if (value === undefined) throw new Error('Nothing was measured');
  return value;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function thinned(values: readonly number[]): number[] {
  const step = Math.max(1, Math.ceil(values.length / 40));
  return values.filter((_, index) => index % step === 0);
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
