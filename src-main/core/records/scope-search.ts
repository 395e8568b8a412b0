import type { RunScope } from '../../../src-shared/contract/history.js';
import type { PositionSearch } from './facet-search.js';
import { positionsPerMillisecond } from './run-table.js';

/** What a history is narrowed to, as a search for positions; of all columns, those that are given. */
export function searchOf({
  batch,
  bay,
  verdict,
  recipe,
  model,
  operator,
  faultCode,
  unitSerial,
  from,
  until,
}: RunScope): Omit<PositionSearch, 'limit'> {
  const facet = { bay, verdict, recipe, model, operator, fault_code: faultCode };
  return {
    facet: Object.fromEntries(Object.entries(facet).filter(([, value]) => value !== undefined)),
    unitSerial,
    batch,
    below: (until ?? Number.MAX_SAFE_INTEGER / positionsPerMillisecond) * positionsPerMillisecond,
    from: (from ?? 0) * positionsPerMillisecond,
  };
}
