import type { CallInput } from '../../src-shared/contract.js';
import type { Batch, BatchDetail } from '../../src-shared/model/batch.js';
import type { MeasurementPoint } from '../../src-shared/model/measurement-point.js';
import { fault } from '../../src-shared/model/result.js';
import type { RunRecord, Verdict } from '../../src-shared/model/run.js';
import type { TestAttempt } from '../../src-shared/model/test.js';
import type {
  FacetCount,
  HistoryDurations,
  HistoryStatistics,
  Tally,
  Shift,
} from '../../src-shared/model/history.js';

/** A history to look at: made up, but each run as a real one could be. */

const day = 86_400_000;
const newest = new Date(2026, 4, 13, 15, 20).getTime();
const verdicts: Verdict[] = [
  'PASS',
  'PASS',
  'PASS',
  'FAIL',
  'PASS',
  'PASS',
  'TIMEOUT',
  'PASS',
  'ERROR',
  'PASS',
  'PASS',
  'ABORTED',
];
const operators = ['J. Álvarez', 'M. Ortega', 'Ada'];

const hash = (seed: number): string =>
  (seed * 2654435761).toString(16).padStart(16, '0').slice(0, 16).repeat(4);

function attempt(from: number, seconds: number, verdict: TestAttempt['verdict'], vcc: number): TestAttempt {
  const endedAt = from + seconds * 1000;
  return {
    verdict,
    startedAt: from,
    endedAt,
    exitCode: null,
    measurements: [
      {
        name: 'vcc',
        text: vcc.toFixed(2),
        number: vcc,
        unit: 'V',
        min: 3.1,
        max: 3.5,
        verdict: vcc >= 3.1 && vcc <= 3.5 ? 'PASS' : 'FAIL',
      },
      { name: 'version', text: '2.4', number: 2.4, equals: '2.4', verdict: 'PASS' },
      { name: 'rssi', text: '-47', number: -47, unit: 'dBm', min: -70, verdict: 'PASS' },
    ],
    ...(verdict === 'FAIL'
      ? { fault: fault('test-failed', { test: 'power', reason: `vcc ${vcc.toFixed(2)} V, 3.1 … 3.5 V` }) }
      : {}),
    setUp: { verdict: 'PASS', startedAt: from, endedAt: from + 1200 },
    tearDown: { verdict: 'PASS', startedAt: endedAt - 900, endedAt },
    log: { from: 2, to: 9 },
  };
}

function made(index: number): RunRecord {
  const verdict = verdicts[index % verdicts.length] ?? 'PASS';
  const startedAt = newest - index * 400_000 - (index % 7) * 11_000;
  const flashed = startedAt + 52_000 + (index % 5) * 4000;
  const vcc = 3.3 + 0.12 * Math.sin(index);
  const isTested = verdict === 'PASS' || verdict === 'FAIL';
  const boots = { ...attempt(flashed, 8, 'PASS', 3.3), measurements: [] };
  const power =
    verdict === 'FAIL'
      ? [attempt(flashed + 8000, 9, 'FAIL', 2.91), attempt(flashed + 17_000, 9, 'FAIL', 2.93)]
      : [attempt(flashed + 8000, 9, 'PASS', vcc)];
  const endedAt = isTested ? flashed + 8000 + power.length * 9000 + 600 : flashed + 600;
  const faults: Record<Verdict, RunRecord['fault']> = {
    PASS: null,
    FAIL: fault('test-failed', { test: 'power', reason: 'vcc 2.93 V, 3.1 … 3.5 V' }),
    ERROR: fault('container-out-of-memory'),
    TIMEOUT: fault('flash-stalled', { seconds: 60 }),
    ABORTED: fault('unplugged'),
  };
  const bay = 1 + (index % 8);
  return {
    id: `01970000-0000-7000-8000-${String(index).padStart(12, '0')}`,
    bay,
    bayLabel: 'Left bench',
    physicalPath: `usb:1-1.${bay}:1.0`,
    portPath: `/dev/ttyACM${bay - 1}`,
    portIdentity: String(index),
    attempt: 1 + (index % 9 === 4 ? 1 : 0),
    recipe: index % 6 === 5 ? 'fidly' : 'widgy',
    recipeHash: hash(index < 30 ? 3 : 4),
    model: index % 6 === 5 ? 'fidly' : 'widgy',
    unitSerial: index % 11 === 10 ? null : `W-${String(2480 - Math.floor(index * 0.8)).padStart(5, '0')}`,
    imageName: 'widget-deployer:latest',
    imageId: `sha256:${hash(index < 60 ? 8 : 9)}`,
    imageDigest: `registry.example/widget-deployer@sha256:${hash(7)}`,
    containerId: hash(index + 100),
    hostPort: 1079 + bay,
    contentHash: hash(index < 30 ? 1 : 2),
    startedAt,
    endedAt,
    phases: [
      { phase: 'prepare', startedAt, endedAt: startedAt + 900 },
      { phase: 'create', startedAt: startedAt + 900, endedAt: startedAt + 1400 },
      { phase: 'start', startedAt: startedAt + 1400, endedAt: startedAt + 2600 },
      { phase: 'panel', startedAt: startedAt + 2600, endedAt: startedAt + 4800 },
      { phase: 'flash', startedAt: startedAt + 4800, endedAt: flashed },
      ...(isTested ? [{ phase: 'test' as const, startedAt: flashed, endedAt: endedAt - 600 }] : []),
      { phase: 'finish', startedAt: endedAt - 600, endedAt },
    ],
    tests: isTested
      ? [
          {
            name: 'boots to login',
            kind: 'serial',
            optional: false,
            verdict: 'PASS',
            startedAt: flashed,
            endedAt: flashed + 8000,
            exitCode: null,
            attempts: [boots],
          },
          {
            name: 'power',
            kind: 'serial',
            optional: false,
            verdict: verdict === 'FAIL' ? 'FAIL' : 'PASS',
            startedAt: flashed + 8000,
            endedAt: endedAt - 600,
            exitCode: null,
            attempts: power,
          },
        ]
      : [],
    verdict,
    fault: faults[verdict],
    operator: operators[index % 3] ?? '',
    host: 'line2',
    allowance:
      index % 6 === 5
        ? {
            by: 'I. Soto',
            at: startedAt,
            reason: 'Pilot run for Fidly',
            status: 'Beta',
            minimum: 'stable',
            imageId: `sha256:${hash(8)}`,
          }
        : null,
    firstRun: null,
    identity: {
      source: 'read',
      serial: `W-${String(2480 - Math.floor(index * 0.8)).padStart(5, '0')}`,
      model: 'widgy',
      at: startedAt + 700,
      confirmed: null,
    },
  };
}

export const historyRuns: RunRecord[] = Array.from({ length: 160 }, (_, index) => made(index));

/** The run that failed its test twice. */
export const failedRun = historyRuns[3]?.id ?? '';
export const passedRun = historyRuns[2]?.id ?? '';
/** A unit with two runs. */
export const twiceFlashed = historyRuns[3]?.unitSerial ?? '';

function within(run: RunRecord, scope: CallInput<'history.facets'>): boolean {
  return (
    (scope.verdict === undefined || run.verdict === scope.verdict) &&
    (scope.bay === undefined || run.bay === scope.bay) &&
    (scope.recipe === undefined || run.recipe === scope.recipe) &&
    (scope.unitSerial === undefined || run.unitSerial === scope.unitSerial) &&
    (scope.operator === undefined || run.operator === scope.operator)
  );
}

function counted(valueOf: (run: RunRecord) => string): FacetCount[] {
  const counts = new Map<string, number>();
  for (const run of historyRuns) counts.set(valueOf(run), (counts.get(valueOf(run)) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
}

function tally(runs: number, failShare: number): Tally {
  const fail = Math.round(runs * failShare);
  const other = Math.round(runs * 0.03);
  const pass = runs - fail - other;
  return { runs, pass, fail, other, firstPass: pass - 4, firstFail: fail };
}

const statistics: HistoryStatistics = {
  step: 'day',
  series: Array.from({ length: 30 }, (_, index) => {
    const from = new Date(2026, 3, 14 + index).getTime();
    const runs = new Date(from).getDay() % 6 === 0 ? 0 : 180 + ((index * 37) % 60);
    return {
      from,
      until: from + day,
      ...(runs === 0 ? tally(0, 0) : tally(runs, 0.03 + ((index * 7) % 5) / 100)),
    };
  }).map((each) => (each.runs === 0 ? { ...each, firstPass: 0, firstFail: 0 } : each)),
  total: tally(4210, 0.05),
  byBay: Array.from({ length: 8 }, (_, index) => ({
    key: String(index + 1),
    ...tally(480 + ((index * 71) % 90), index === 4 ? 0.13 : 0.03 + (index % 3) / 100),
  })),
  byRecipe: [
    { key: 'fidly', ...tally(610, 0.09) },
    { key: 'widgy', ...tally(3600, 0.04) },
  ],
  failuresByCode: [
    { key: 'test-failed', verdict: 'FAIL', count: 121 },
    { key: 'flash-failed', verdict: 'FAIL', count: 88 },
    { key: 'unplugged', verdict: 'ABORTED', count: 41 },
    { key: 'flash-stalled', verdict: 'TIMEOUT', count: 33 },
    { key: 'panel-not-ready', verdict: 'ERROR', count: 20 },
    { key: 'aborted-by-operator', verdict: 'ABORTED', count: 14 },
    { key: 'container-out-of-memory', verdict: 'ERROR', count: 3 },
  ],
  failuresByPhase: [
    { key: 'test', verdict: 'FAIL', count: 121 },
    { key: 'flash', verdict: 'FAIL', count: 88 },
    { key: 'flash', verdict: 'TIMEOUT', count: 33 },
    { key: 'flash', verdict: 'ABORTED', count: 41 },
    { key: 'panel', verdict: 'ERROR', count: 20 },
  ],
};

function lasting(key: string, flash: number): HistoryDurations['byBay'][number] {
  const phase = (
    name: 'prepare' | 'create' | 'start' | 'panel' | 'flash' | 'test' | 'finish',
    median: number,
  ) => ({
    phase: name,
    median,
    p90: Math.round(median * 1.25),
  });
  return {
    key,
    runs: 60,
    median: flash + 24_000,
    p90: flash + 31_000,
    phases: [
      phase('prepare', 900),
      phase('create', 500),
      phase('start', 1200),
      phase('panel', 2200),
      phase('flash', flash),
      phase('test', 17_000),
      phase('finish', 600),
    ],
  };
}

const durations: HistoryDurations = {
  sample: 500,
  all: lasting('', 52_000),
  byBay: Array.from({ length: 8 }, (_, index) =>
    lasting(String(index + 1), 50_000 + ((index * 13) % 7) * 2500),
  ),
  byRecipe: [lasting('fidly', 71_000), lasting('widgy', 51_000)],
};

const points: MeasurementPoint[] = Array.from({ length: 100 }, (_, index) => {
  const value = 3.3 + 0.07 * Math.sin(index / 6) + (index === 61 ? -0.4 : 0) + ((index * 7919) % 100) / 2000;
  return {
    run: historyRuns[index]?.id ?? '',
    at: newest - (100 - index) * 400_000,
    unitSerial: `W-${2380 + index}`,
    test: 'power',
    value,
    text: value.toFixed(2),
    unit: 'V',
    min: index < 40 ? 3.0 : 3.1,
    max: 3.5,
    verdict: value < 3.1 || value > 3.5 ? 'FAIL' : 'PASS',
  };
});

export const batches: Batch[] = (
  [
    [2, '4711-B', 'widgy', 200, 37, null],
    [3, '4720', 'fidly', 40, 12, null],
    [1, '4711-A', 'widgy', 150, 150, newest - day],
  ] as const
).map(([id, orderNumber, recipe, quantity, passed, closedAt]) => ({
  id,
  orderNumber,
  recipe,
  quantity,
  expectsSerials: id === 2,
  openedAt: newest - 3 * day,
  openedBy: 'J. Álvarez',
  closedAt,
  closedBy: closedAt === null ? null : 'M. Ortega',
  host: 'line2',
  passed,
  failed: 2,
  other: 1,
  doubles: 1,
  unexpected: 0,
}));

const batchDetail: BatchDetail = {
  batch: batches[0] as Batch,
  units: historyRuns.slice(0, 25).map((run, index) => ({
    serial: run.unitSerial,
    expected: index !== 9,
    runs: 1 + (index % 3 === 2 ? 1 : 0),
    passes: index === 5 ? 2 : 1,
    lastRun: run.id,
    lastAt: run.endedAt ?? 0,
    verdict: run.verdict ?? 'PASS',
    faultCode: run.fault?.code ?? '',
    fault: run.fault,
  })),
  missing: ['W-02501', 'W-02502', 'W-02503'],
};

const ok = <Value>(value: Value): { ok: true; value: Value } => ({ ok: true, value });

export const historyAnswers = {
  'runs.list': ({ before, limit = 50, ...scope }: CallInput<'runs.list'>) => {
    const after = before === undefined ? 0 : historyRuns.findIndex(({ id }) => id === before) + 1;
    return ok({
      runs: historyRuns
        .slice(after)
        .filter((run) => within(run, scope))
        .slice(0, limit),
    });
  },
  'history.facets': (scope: CallInput<'history.facets'>) =>
    ok({
      verdict: counted((run) => run.verdict ?? ''),
      model: counted(({ model }) => model),
      recipe: counted(({ recipe }) => recipe),
      bay: counted(({ bay }) => String(bay)),
      operator: counted(({ operator }) => operator),
      faultCode: counted(({ fault: reason }) => reason?.code ?? ''),
      total: historyRuns.filter((run) => within(run, scope)).length,
    }),
  'history.statistics': () => ok(statistics),
  'history.durations': () => ok(durations),
  'history.measurementKinds': () =>
    ok([
      { recipe: 'widgy', test: 'power', name: 'vcc' },
      { recipe: 'widgy', test: 'power', name: 'rssi' },
    ]),
  'history.shifts': () =>
    ok(
      Array.from({ length: 24 }, (_, index): Shift => ({
        since: newest - (index + 1) * 8 * 3_600_000,
        until: index === 0 ? null : newest - index * 8 * 3_600_000,
        operator: index === 23 ? '' : (['J. Álvarez', 'M. Ferrer', 'Ana Belén Villanueva'][index % 3] ?? ''),
        host: 'line-1',
        runs: 240 - index,
        units: 231 - index,
        pass: 214 - index,
        fail: 16,
        other: 10,
      })),
    ),
  'batches.list': () => ok(batches),
  'batches.show': () => ok(batchDetail),
  'archive.verify': () =>
    ok({
      records: 12_408,
      head: hash(77),
      problems: [
        { kind: 'edited' as const, run: historyRuns[12]?.id ?? '', seq: 12_231 },
        { kind: 'missing' as const, run: null, seq: 12_300 },
      ],
      problemCount: 2,
    }),
  'archive.export': () => ok({ count: 160, unread: null }),
  'runs.measurements': () => ok({ points }),
  'shells.list': () => ok({ shells: [] }),
};
