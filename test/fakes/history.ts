import type { HistoryDurations, HistoryStatistics, RunFacets } from '../../src-shared/model/history.js';
import { fail, ok } from '../../src-shared/model/result.js';
import type { Batches } from '../../src-main/core/records/batch-table.js';
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

/** No order was ever opened. */
export function createFakeBatches(): Batches {
  return {
    open: ({ recipe }) => fail('batch-open', { order: '-', recipe }),
    close: (batch) => fail('batch-unknown', { batch }),
    list: () => ok([]),
    find: (batch) => fail('batch-unknown', { batch }),
    show: (batch) => fail('batch-unknown', { batch }),
    refusing: () => ok(null),
    count: () => null,
  };
}

export function historyAnswers() {
  const history = createFakeHistory();
  return {
    'history.facets': (scope) => Promise.resolve(history.facets(scope)),
    'history.statistics': (scope) => Promise.resolve(history.statistics(scope)),
    'history.durations': (scope) => Promise.resolve(history.durations(scope)),
    'history.measurementKinds': () => Promise.resolve(history.measurementKinds()),
    'history.shifts': () => Promise.resolve(ok([])),
    'batches.open': ({ recipe }) => Promise.resolve(fail('batch-open', { order: '-', recipe })),
    'batches.close': ({ batch }) => Promise.resolve(fail('batch-unknown', { batch })),
    'batches.list': () => Promise.resolve(ok([])),
    'batches.show': ({ batch }) => Promise.resolve(fail('batch-unknown', { batch })),
    'batches.report': () => Promise.resolve(ok()),
    'archive.export': () => Promise.resolve(ok({ count: 0, unread: null })),
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
