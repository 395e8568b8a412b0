import type { HistoryDurations, HistoryStatistics, RunFacets } from '../../src-shared/model/history.js';
import { ok } from '../../src-shared/model/result.js';
import type { HistoryQueries } from '../../src-main/core/records/history-queries.js';
import type { StationHandlers } from '../../src-main/core/station-api.js';

export const noFacets: RunFacets = {
  verdict: [],
  model: [],
  recipe: [],
  bay: [],
  operator: [],
  faultCode: [],
  total: 0,
};

export const noStatistics: HistoryStatistics = {
  step: 'day',
  series: [],
  total: { runs: 0, pass: 0, fail: 0, other: 0, firstPass: 0, firstFail: 0 },
  byBay: [],
  byRecipe: [],
  failuresByCode: [],
  failuresByPhase: [],
};

export const noDurations: HistoryDurations = { sample: 500, all: null, byBay: [], byRecipe: [] };

/** A history without runs. */
export function createFakeHistory(): HistoryQueries {
  return {
    facets: () => ok(noFacets),
    statistics: () => ok(noStatistics),
    durations: () => ok(noDurations),
    measurementKinds: () => ok([]),
  };
}

export function historyAnswers() {
  const history = createFakeHistory();
  return {
    'history.facets': (scope) => Promise.resolve(history.facets(scope)),
    'history.statistics': (scope) => Promise.resolve(history.statistics(scope)),
    'history.durations': (scope) => Promise.resolve(history.durations(scope)),
    'history.measurementKinds': () => Promise.resolve(history.measurementKinds()),
    'archive.export': () => Promise.resolve(ok({ count: 0 })),
    'archive.verify': () =>
      Promise.resolve(ok({ records: 0, head: '0'.repeat(64), problems: [], problemCount: 0 })),
    'archive.backup': () =>
      Promise.resolve(
        ok({
          runs: 0,
          size: 0,
          chain: { records: 0, head: '0'.repeat(64), problems: [], problemCount: 0 },
        }),
      ),
    'archive.stop': () => Promise.resolve(ok()),
  } satisfies Partial<StationHandlers>;
}
