import type { historyCalls } from '../../../src-shared/contract/history.js';
import type { HandlersOf } from '../part.js';
import type { Records } from '../records/records.js';

/** Serves what is asked of many runs at once: see `historyCalls`. */
export function createHistoryHandlers({ records }: { records: Records }): HandlersOf<typeof historyCalls> {
  const { history } = records;
  return {
    'history.facets': (scope) => Promise.resolve(history.facets(scope)),
    'history.statistics': (scope) => Promise.resolve(history.statistics(scope)),
    'history.durations': (scope) => Promise.resolve(history.durations(scope)),
    'history.shifts': ({ limit }) => Promise.resolve(records.shifts(limit)),
    'history.measurementKinds': () => Promise.resolve(history.measurementKinds()),
  };
}
