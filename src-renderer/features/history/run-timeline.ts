import type { RunRecord, Verdict } from '../../../src-shared/model/run.js';
import type { Phase } from '../../../src-shared/model/run.js';

/** A piece of a time line; ms since the epoch. */
export interface Segment {
  readonly kind: 'phase' | 'attempt' | 'setUp' | 'tearDown';
  /** Of a phase: its name. */
  readonly phase: Phase | null;
  /** Of a test: which attempt, from 1. */
  readonly attempt: number;
  readonly from: number;
  readonly until: number;
  /** It goes on. */
  readonly isOpen: boolean;
  readonly verdict: Verdict | null;
}

/** A row: the phases, then each test. */
export interface Lane {
  /** Of a test: its name; null for the phases. */
  readonly test: string | null;
  readonly segments: readonly Segment[];
}

export interface Timeline {
  readonly from: number;
  readonly until: number;
  readonly lanes: readonly Lane[];
  /** Where the scale is marked, in ms after `from`. */
  readonly ticks: readonly number[];
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200].map(
  (seconds) => seconds * 1000,
);

/** The time line of a run; what goes on reaches to `now`. */
export function timelineOf(record: RunRecord, now: number): Timeline {
  const from = record.startedAt;
  const ends = [
    record.endedAt ?? now,
    ...record.phases.map(({ endedAt }) => endedAt ?? 0),
    ...record.tests.map(({ endedAt }) => endedAt),
  ];
  const until = Math.max(from + 1, ...ends);
  const side = { phase: null, isOpen: false };
  const lanes: Lane[] = [
    {
      test: null,
      segments: record.phases.map((each) => ({
        kind: 'phase',
        phase: each.phase,
        attempt: 1,
        from: each.startedAt,
        until: each.endedAt ?? until,
        isOpen: each.endedAt === null,
        verdict: null,
      })),
    },
    ...record.tests.map(({ name, attempts, startedAt, endedAt, verdict }): Lane => ({
      test: name,
      segments: (attempts.length === 0
        ? [{ startedAt, endedAt, verdict, setUp: undefined, tearDown: undefined }]
        : attempts
      ).flatMap((each, index) => {
        const attempt = index + 1;
        const sides = (['setUp', 'tearDown'] as const).flatMap((kind): Segment[] => {
          const step = each[kind];
          if (step === undefined) return [];
          return [
            { ...side, kind, attempt, from: step.startedAt, until: step.endedAt, verdict: step.verdict },
          ];
        });
        const whole: Segment = {
          ...side,
          kind: 'attempt',
          attempt,
          from: each.startedAt,
          until: each.endedAt,
          verdict: each.verdict,
        };
        return [whole, ...sides];
      }),
    })),
  ];
  const step = steps.find((each) => (until - from) / each <= 10) ?? (until - from) / 10;
  const ticks: number[] = [];
  // A mark at the very end would have no room for its number.
  for (let at = 0; at <= 0.96 * (until - from); at += step) ticks.push(at);
  return { from, until, lanes, ticks };
}
