import type { unitCalls } from '../../../src-shared/contract/unit.js';
import { ok } from '../../../src-shared/model/result.js';
import type { HandlersOf } from '../part.js';
import type { Records } from '../records/records.js';
import type { Bays } from './bays.js';

/** Serves what is asked about units: see `unitCalls`. */
export function createUnitHandlers({
  bays,
  records,
}: {
  bays: Bays;
  records: Records;
}): HandlersOf<typeof unitCalls> {
  return {
    'bay.identify': ({ bay, serial }) => {
      const found = bays.find(bay);
      return Promise.resolve(found.ok ? found.value.identify(serial) : found);
    },
    'bay.confirm': ({ bay }) => {
      const found = bays.find(bay);
      return Promise.resolve(found.ok ? found.value.confirm() : found);
    },
    'runs.measurements': (series) => {
      const points = records.measurements(series);
      return Promise.resolve(points.ok ? ok({ points: points.value }) : points);
    },
  };
}
