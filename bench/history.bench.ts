import { statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Result } from '../src-shared/model/result.js';
import { createSystemClock } from '../src-main/core/clock.js';
import { openRecords } from '../src-main/core/records/open-records.js';
import type { RunSearch } from '../src-main/core/records/records.js';
import { allQuestions } from './history-questions.js';
import { figure, median, percentile, type Bench } from './figures.js';
import { fillHistory } from './fill-history.js';
import type { MadeRun } from './made-history.js';

const pageLimit = 100; // ms

/** One search, by the name of what it is. */
type Search = [name: string, search: RunSearch];

export const bench: Bench = {
  title: 'Pages and filters of a history of a million runs',
  async run({ folder, say, quick }) {
    const count = quick ? 50_000 : 1_000_000;
    const path = join(folder, 'records.db');
    const began = performance.now();
    const made = fillHistory(path, count);
    say(`made ${count} runs in ${Math.round((performance.now() - began) / 1000)} s`);
    const bytes = statSync(path).size;

    const opening = performance.now();
    const records = valueOf(openRecords({ path, clock: createSystemClock(), host: 'bench' }));
    const opened = performance.now() - opening;

    const searches = allSearches(made);
    say(`measuring ${searches.length} searches`);
    const repeats = quick ? 3 : 7;
    const results = searches.map(([name, search]) =>
      measure(name, repeats, () => valueOf(records.list(search)).length),
    );
    const questions = allQuestions(records, made);
    say(`measuring ${questions.length} questions of many runs at once`);
    const answers = questions.map(([name, ask]) => measure(name, repeats, ask));
    const expecting = performance.now();
    records.expectedDuration('recipe-0');
    const expected = performance.now() - expecting;
    records.close();
    await Promise.resolve();

    const slowest = results.sort((a, b) => b.median - a.median).slice(0, 5);
    const medians = results.map((result) => result.median);
    return [
      figure('history: slowest page or filter', {
        value: Math.max(...medians),
        unit: 'ms',
        limit: pageLimit,
        runs: [...medians].sort((a, b) => b - a),
        facts: {
          runs: count,
          searches: results.length,
          // Of the processor alone, whatever else the machine does.
          slowestProcessorTime: Math.max(...results.map(({ processor }) => processor)),
          databaseBytes: bytes,
          slowest: slowest.map(({ name, found, first, median: middle }) => ({
            name,
            found,
            first,
            median: middle,
          })),
        },
      }),
      figure('history: slowest chart, count or facet', {
        value: Math.max(...answers.map((answer) => answer.median)),
        unit: 'ms',
        limit: pageLimit,
        runs: answers.map((answer) => answer.median).sort((a, b) => b - a),
        facts: {
          questions: answers.length,
          slowestProcessorTime: Math.max(...answers.map(({ processor }) => processor)),
          slowest: [...answers]
            .sort((a, b) => b.median - a.median)
            .slice(0, 5)
            .map(({ name, first, median: middle, processor }) => ({
              name,
              first,
              median: middle,
              processor,
            })),
        },
      }),
      figure('history: slowest single answer, the first of each search included', {
        value: Math.max(...results.map(({ worst }) => worst)),
        unit: 'ms',
        runs: results.map(({ first }) => first),
      }),
      figure('history: page or filter, p95', {
        value: percentile(medians, 0.95),
        unit: 'ms',
        limit: pageLimit,
      }),
      figure('history: expected duration of a recipe', { value: expected, unit: 'ms' }),
      figure('history: opening the records', { value: opened, unit: 'ms' }),
    ];
  },
};

/** Asks the same some times: ms on the clock, and of the processor alone. */
function measure(name: string, repeats: number, ask: () => number) {
  const processor: number[] = [];
  let found = 0;
  const times: number[] = Array.from({ length: repeats }, () => {
    const [began, used] = [performance.now(), process.cpuUsage()];
    found = ask();
    const { user, system } = process.cpuUsage(used);
    processor.push((user + system) / 1000);
    return performance.now() - began;
  });
  return {
    name,
    found,
    first: times[0] ?? 0,
    worst: Math.max(...times),
    median: median(times),
    processor: median(processor),
  };
}

/** Each filter alone, each two together, with and without a span of time; from the newest, the middle and the oldest. */
function allSearches(sample: MadeRun[]): Search[] {
  const at = (part: number): MadeRun => sample[Math.floor(part * (sample.length - 1))] as MadeRun;
  const some = at(0.5);
  const day = 24 * 3600 * 1000;
  const filters: Search[] = [
    ['bay', { bay: some.bay, limit: 50 }],
    ['recipe', { recipe: some.recipe, limit: 50 }],
    ['recipe that is rare', { recipe: 'recipe-rare', limit: 50 }],
    ['model', { model: some.model, limit: 50 }],
    ['operator', { operator: some.operator, limit: 50 }],
    ['operator who left long ago', { operator: at(0.05).operator, limit: 50 }],
    ['verdict PASS', { verdict: 'PASS', limit: 50 }],
    ['verdict FAIL', { verdict: 'FAIL', limit: 50 }],
    ['verdict TIMEOUT', { verdict: 'TIMEOUT', limit: 50 }],
    ['error code', { faultCode: 'flash-failed', limit: 50 }],
    ['error code that is rare', { faultCode: 'container-out-of-memory', limit: 50 }],
    ['error code that never was', { faultCode: 'secret-missing', limit: 50 }],
    ['serial number', { unitSerial: some.unitSerial ?? '', limit: 50 }],
    ['serial number of many units', { unitSerial: '0000000000', limit: 50 }],
    ['serial number that is none', { unitSerial: 'never seen', limit: 50 }],
    ['an order', { batch: 1, limit: 50 }],
    ['a day', { from: some.startedAt, until: some.startedAt + day, limit: 50 }],
    ['a year', { from: some.startedAt - 180 * day, until: some.startedAt + 180 * day, limit: 50 }],
  ];
  const keys = (search: RunSearch): string[] => Object.keys(search).filter((key) => key !== 'limit');
  const pairs = filters.flatMap(([first, one], index) =>
    filters
      .slice(index + 1)
      .filter(([, other]) => !keys(other).some((key) => key in one))
      .map(([second, other]): Search => [`${first} and ${second}`, { ...one, ...other }]),
  );
  const all: Search[] = [['everything', { limit: 50 }], ...filters, ...pairs];
  return all.flatMap(([name, search]): Search[] => [
    [`${name}, newest`, search],
    [`${name}, from the middle`, { ...search, before: some.id }],
    [`${name}, from near the end`, { ...search, before: at(0.03).id }],
    [`${name}, 500 at once`, { ...search, limit: 500 }],
  ]);
}

function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail ?? ''}`);
  return result.value;
}
