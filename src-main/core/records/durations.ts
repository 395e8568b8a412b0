import type { DurationsOf, HistoryDurations } from '../../../src-shared/model/history.js';
import { phases as phaseNames, type PhaseRecord } from '../../../src-shared/model/run.js';

/** As much of a run as its durations need. */
export interface TimedRun {
  bay: number;
  recipe: string;
  startedAt: number;
  endedAt: number | null;
  phases: PhaseRecord[];
}

/** Medians and ninth deciles of the runs and of each of their phases, together, by bay and by recipe. */
export function durationsOf(runs: readonly TimedRun[], sample: number): HistoryDurations {
  const by = (keyOf: (run: TimedRun) => string): DurationsOf[] => {
    const groups = new Map<string, TimedRun[]>();
    for (const run of runs) groups.set(keyOf(run), [...(groups.get(keyOf(run)) ?? []), run]);
    return [...groups]
      .map(([key, group]) => ofGroup(key, group))
      .sort((one, other) => one.key.localeCompare(other.key, 'en', { numeric: true }));
  };
  return {
    sample,
    all: runs.length === 0 ? null : ofGroup('', runs),
    byBay: by(({ bay }) => String(bay)),
    byRecipe: by(({ recipe }) => recipe),
  };
}

function ofGroup(key: string, runs: readonly TimedRun[]): DurationsOf {
  return {
    key,
    runs: runs.length,
    ...quantiles(runs.map(lasted)),
    phases: phaseNames.flatMap((phase) => {
      const times = runs.flatMap((run) => {
        const own = run.phases.filter((each) => each.phase === phase && each.endedAt !== null);
        return own.length === 0 ? [] : [own.reduce((sum, each) => sum + lasted(each), 0)];
      });
      return times.length === 0 ? [] : [{ phase, ...quantiles(times) }];
    }),
  };
}

/** Never less than none, whatever a clock that was set back says. */
function lasted({ startedAt, endedAt }: { startedAt: number; endedAt: number | null }): number {
  return Math.max(0, (endedAt ?? startedAt) - startedAt);
}

function quantiles(values: readonly number[]): { median: number; p90: number } {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { median: at(0.5), p90: at(0.9) };
}
