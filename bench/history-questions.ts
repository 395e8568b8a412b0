import type { RunScope } from '../src-shared/contract/history.js';
import type { Result } from '../src-shared/model/result.js';
import type { Records } from '../src-main/core/records/records.js';
import type { MadeRun } from './made-history.js';

/** A question of many runs at once, by the name of what it is; it tells how much it found. */
export type Question = [name: string, ask: () => number];

const day = 24 * 3600 * 1000;

/** What the charts and the filters of the history ask, of everything and narrowed down. */
export function allQuestions(records: Records, sample: readonly MadeRun[]): Question[] {
  const { history } = records;
  const some = sample[Math.floor(sample.length / 2)] as MadeRun;
  const newest = sample.at(-1) as MadeRun;
  const scopes: [name: string, scope: RunScope][] = [
    ['everything', {}],
    ['a day', { from: newest.startedAt - day }],
    ['a month', { from: newest.startedAt - 31 * day, until: newest.startedAt }],
    ['half a year', { from: newest.startedAt - 190 * day, until: newest.startedAt }],
    ['two years', { from: newest.startedAt - 730 * day, until: newest.startedAt }],
    ['a recipe', { recipe: some.recipe }],
    ['a bay', { bay: some.bay }],
    ['an operator', { operator: some.operator }],
    ['an error', { faultCode: 'flash-failed' }],
    ['an order', { batch: 1 }],
    ['an order and a bay', { batch: 1, bay: some.bay }],
    [
      'a recipe, a bay and a year',
      { recipe: some.recipe, bay: some.bay, from: newest.startedAt - 365 * day },
    ],
  ];
  return [
    ...scopes.flatMap(([name, scope]): Question[] => [
      [`facets: ${name}`, () => valueOf(history.facets(scope)).model.length],
      [`statistics: ${name}`, () => valueOf(history.statistics(scope)).series.length],
      [`durations: ${name}`, () => valueOf(history.durations(scope)).byBay.length],
    ]),
    [
      'facets: a serial number',
      () => valueOf(history.facets({ unitSerial: some.unitSerial ?? '' })).model.length,
    ],
    [
      'facets: a serial number of many',
      () => valueOf(history.facets({ unitSerial: '0000000000' })).model.length,
    ],
    ['kinds of measurement', () => valueOf(history.measurementKinds()).length],
    [
      'a measurement of an order',
      () =>
        valueOf(records.measurements({ recipe: orderOf(records), name: 'vcc', limit: 100, batch: 1 })).length,
    ],
    [
      'a measurement of a bay',
      () =>
        valueOf(records.measurements({ recipe: some.recipe, name: 'vcc', limit: 100, bay: some.bay })).length,
    ],
    [
      'a measurement of 1000 units',
      () => valueOf(records.measurements({ recipe: some.recipe, name: 'vcc', limit: 1000 })).length,
    ],
  ];
}

/** The recipe of the order that the bench made. */
function orderOf(records: Records): string {
  return valueOf(records.batches.find(1)).recipe;
}

function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail ?? ''}`);
  return result.value;
}
