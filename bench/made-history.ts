import type { FaultCode } from '../src-shared/model/result.js';
import type { RunRecord, Verdict } from '../src-shared/model/run.js';

export type MadeRun = RunRecord;

/** Sixteen bays, two minutes a run, three shifts: a million runs are some three years of a line. */
const start = Date.UTC(2023, 0, 2, 6);
const betweenRuns = 95_000;

/** How a run of the line ends, of ten thousand. */
const outcomes: [weight: number, verdict: Verdict, fault: FaultCode | null][] = [
  [9300, 'PASS', null],
  [250, 'FAIL', 'flash-failed'],
  [180, 'FAIL', 'test-failed'],
  [90, 'ABORTED', 'unplugged'],
  [50, 'ABORTED', 'aborted-by-operator'],
  [40, 'TIMEOUT', 'flash-stalled'],
  [30, 'TIMEOUT', 'flash-timeout'],
  [25, 'ERROR', 'panel-not-ready'],
  [20, 'ERROR', 'run-interrupted'],
  [10, 'ERROR', 'engine-lost'],
  [4, 'ERROR', 'container-no-space'],
  [1, 'ERROR', 'container-out-of-memory'],
];

/** Gives the run of each place in a history of `count`; the same each time. */
export function createHistory(count: number): (index: number) => MadeRun {
  const random = createRandom(20_230_102);
  return (index) => {
    const startedAt = start + index * betweenRuns + Math.floor(random() * betweenRuns);
    const duration = 90_000 + Math.floor(random() * 60_000);
    const endedAt = startedAt + duration;
    const [, verdict, fault] = pick(random);
    const bay = 1 + Math.floor(random() * 16);
    // A line changes what it makes every few weeks; two recipes run beside each other, one of them hardly ever.
    const season = Math.floor((index / count) * 12);
    const recipe = random() < 0.00005 ? 'recipe-rare' : `recipe-${(season + (random() < 0.3 ? 1 : 0)) % 10}`;
    // Four people at a time, of twenty-four in the course of the years.
    const operator = `Operator ${Math.floor((index / count) * 20) + Math.floor(random() * 4)}`;
    const half = startedAt + Math.floor(duration / 2);
    return {
      id: idOf(startedAt, index),
      bay,
      bayLabel: `Bay ${bay}`,
      physicalPath: `usb:1-${bay}:1.0`,
      portPath: `/dev/ttyACM${bay - 1}`,
      portIdentity: `${index}:${bay}:${startedAt}`,
      attempt: 1,
      recipe,
      recipeHash: hex(Math.floor(season), 64),
      model: `model-${recipe.slice(7, 8)}`,
      // One unit in twenty was never given a number of its own, as some factories do.
      unitSerial: random() < 0.05 ? '0000000000' : `SN${1_000_000 + Math.floor(index * 0.9)}`,
      imageName: 'widget-deployer',
      imageId: `sha256:${hex(season, 64)}`,
      imageDigest: null,
      containerId: hex(index, 64),
      hostPort: 1079 + bay,
      contentHash: hex(season * 7, 64),
      startedAt,
      endedAt,
      phases: [
        { phase: 'create', startedAt, endedAt: startedAt + 900 },
        { phase: 'start', startedAt: startedAt + 900, endedAt: startedAt + 1500 },
        { phase: 'flash', startedAt: startedAt + 1500, endedAt: half },
        { phase: 'test', startedAt: half, endedAt },
      ],
      tests: [
        {
          name: 'boots',
          kind: 'exec',
          optional: false,
          attempts: [
            {
              verdict: verdict === 'FAIL' ? 'FAIL' : 'PASS',
              startedAt: half,
              endedAt,
              exitCode: 0,
              measurements: [
                { name: 'vcc', text: '3.3', number: 3.3, unit: 'V', min: 3.1, max: 3.5, verdict: 'PASS' },
              ],
            },
          ],
          verdict: verdict === 'FAIL' ? 'FAIL' : 'PASS',
          startedAt: half,
          endedAt,
          exitCode: 0,
        },
      ],
      verdict,
      fault:
        fault === null ? null : { code: fault, params: { seconds: 12 }, detail: 'as the engine said it' },
      operator,
      host: 'line-1',
      allowance: null,
      firstRun: null,
      identity: null,
    };
  };
}

function pick(random: () => number): (typeof outcomes)[number] {
  let place = random() * 10_000;
  for (const outcome of outcomes) {
    place -= outcome[0];
    if (place < 0) return outcome;
  }
  return outcomes[0] as (typeof outcomes)[number];
}

/** As `newRunId` makes them, but the same each time. */
function idOf(startedAt: number, index: number): string {
  const time = hex(startedAt, 12);
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${hex(index, 12)}`;
}

function hex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0');
}

/** mulberry32: the same numbers in every bench. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
