import { afterEach, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { ensureDemoImages } from '../../demo/images.mjs';
import { build } from '../../scripts/build.mjs';
import { labelsOf, makeTellingBench, type HookReceiver, type LabelPrinter } from './receivers.js';
import { bayOf, containersOf, runSlipway, type Bench, type Line } from './station-harness.js';
import { createLedger, logOf, lookAtDisk, type OnDisk } from './station-ledger.js';
import { anyMoment, createDice, startLife } from './station-life.js';
import { power, version, withFlasher, withTool } from './unit-recipes.js';

/** How often the station is killed; SLIPWAY_STATION_KILLS asks for more, SLIPWAY_SEED for the same again. */
const kills = Number(process.env['SLIPWAY_STATION_KILLS'] ?? 10);
const seed = Number(process.env['SLIPWAY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Two units that are numbered and measured, of which one is bad; and one flashed by the company's own flasher. */
const numbered = {
  ...withTool,
  container: { ...withTool.container, env: { STEPS: '2', STEP_SECONDS: '0.1' } },
  flash: {
    ...withTool.flash,
    progress: [...withTool.flash.progress, { log: '^(?<step>calibrating): (?<percent>\\d+)%' }],
  },
  identity: { allocate: { range: 'widgets', from: 1, to: 99_999, format: 'N-{number:5}' } },
  tests: [
    { name: 'numbered', serial: { steps: [{ send: 'setenv label {serial}', expect: '=> $' }] } },
    power,
  ],
};
const recipes = [numbered, numbered, { ...withFlasher, tests: [version] }];

let bench: Bench;
let hooks: HookReceiver;
let printer: LabelPrinter;

beforeAll(async () => {
  await ensureDemoImages({ log: () => undefined });
  await build({ log: () => undefined });
}, 600_000);

afterEach(() => bench.dispose());

async function prepare(): Promise<ReturnType<Bench['plug']>> {
  ({ bench, hooks, printer } = await makeTellingBench(recipes));
  return bench.plug({ count: recipes.length, faults: { 1: 'voltage@2.9' } });
}

/** An operator: whatever has ended is pulled out, and the next unit is plugged in. */
function operate(widgets: ReturnType<Bench['plug']>, line: Line): void {
  const bay = bayOf(line);
  const path = bay?.physicalPath ?? (line['port'] as { physicalPath: string } | undefined)?.physicalPath;
  const index = Number(/ttyWIDGET(\d)$/.exec(path ?? '')?.[1] ?? NaN);
  if (Number.isNaN(index)) return;
  const isEmpty =
    (line.type === 'port' && line['change'] === 'detached') || (line.type === 'bay' && bay?.port === null);
  // A station that has just started shows bays before it has looked at the ports.
  if (isEmpty && widgets.widgets[index]?.link === null) widgets.plug(index);
  if (line.type === 'bay' && bay?.status === 'ended' && bay.port !== null) widgets.unplug(index);
}

const occurs = (lines: string[], pattern: RegExp): number =>
  lines.filter((line) => pattern.test(line)).length;

/** The log of a run whose flasher prints: nothing lost where it passed, nothing twice, whoever followed it. */
async function checkLog(run: OnDisk['runs'][number]): Promise<number> {
  const { seqs, printed } = await logOf(bench.home, run.id);
  expect(seqs, `each line of ${run.id} is in its place`).toEqual(seqs.map((_, place) => place));
  if (run.recipe === 'case-2') return seqs.length;
  for (const pattern of [/^serial: /, /^calibrating: 50%/, /^calibrating: 100%/, /^finished/]) {
    const count = occurs(printed, pattern);
    if (run.verdict === 'PASS') expect(count, `${run.id} printed ${pattern.source} once`).toBe(1);
    else expect(count, `${run.id} printed ${pattern.source} once at most`).toBeLessThan(2);
  }
  return seqs.length;
}

function checkEvents(runs: OnDisk['runs']): void {
  expect(hooks.heard.filter(({ isSigned }) => !isSigned)).toEqual([]);
  for (const type of ['run.started', 'run.ended']) {
    const ids = new Map<string, Set<string>>();
    for (const { id, run } of hooks.heard.filter((event) => event.type === type)) {
      ids.set(run?.id ?? '', (ids.get(run?.id ?? '') ?? new Set()).add(id));
    }
    expect([...ids.keys()].sort(), `${type} of each run is told`).toEqual(runs.map(({ id }) => id).sort());
    expect([...ids].filter(([, each]) => each.size !== 1)).toEqual([]);
  }
  const verdicts = new Map(runs.map(({ id, verdict }) => [id, verdict]));
  for (const { type, run } of hooks.heard) {
    if (type === 'run.ended') expect(run?.verdict).toBe(verdicts.get(run?.id ?? ''));
  }
}

/** @returns how many came out */
function checkLabels(disk: OnDisk): number {
  let printed = 0;
  for (const run of disk.runs) {
    const jobs = disk.labels.get(run.id) ?? [];
    expect(jobs.length, `a label is asked for ${run.id} when it passed`).toBe(run.verdict === 'PASS' ? 1 : 0);
    const labels = labelsOf(printer, run.id);
    printed += labels;
    const [job] = jobs;
    if (job?.state === 'printed') expect(labels, `the label of ${run.id} came out`).toBe(1);
    else if (job?.state === 'uncertain') expect(labels, `${run.id} has one label at most`).toBeLessThan(2);
    else expect([job?.state, labels], `${run.id} has no label`).toEqual([undefined, 0]);
  }
  expect(printer.printed).toHaveLength(printed);
  return printed;
}

describe('a whole station whose power is cut at any moment', () => {
  it(
    `loses nothing that it showed, doubles nothing, and goes on: ${kills} times`,
    async () => {
      onTestFailed(() =>
        console.error(`station-kill: to repeat it, SLIPWAY_SEED=${seed} SLIPWAY_STATION_KILLS=${kills}`),
      );
      const dice = createDice(seed);
      const widgets = await prepare();
      const ledger = createLedger();
      let head: string | undefined;
      const hear = (line: Line): void => {
        ledger.hear(line);
        operate(widgets, line);
      };

      for (let round = 0; round < kills; round += 1) {
        const { signal, errors } = await startLife(bench.home, hear, anyMoment(dice)).over;
        expect([signal, errors], `the station of round ${round} was well until it was killed`).toEqual([
          'SIGKILL',
          '',
        ]);
        const disk = await lookAtDisk(bench.home, head);
        ledger.compare(disk);
        head = disk.head;
        // Somebody changes a unit while there is no power.
        if (dice() < 1 / 4) {
          const index = Math.floor(dice() * recipes.length);
          widgets.unplug(index);
          widgets.plug(index);
        }
      }

      // The last station is let live until all is told and nothing is under way; nobody plugs anything in.
      const busy = new Map<number, boolean>();
      const last = startLife(bench.home, (line) => {
        ledger.hear(line);
        const bay = bayOf(line);
        if (bay === undefined) return;
        busy.set(bay.number, bay.status !== 'ended' && bay.port !== null);
      });
      await expect.poll(() => [...busy.values()], { timeout: 100_000 }).toEqual(recipes.map(() => false));
      await expect
        .poll(
          async () => {
            const { unfinished, waitingEvents, labels } = await lookAtDisk(bench.home, head);
            const unprinted = [...labels.values()]
              .flat()
              .filter(({ state }) => state === 'waiting' || state === 'sending');
            return [unfinished.length, waitingEvents, unprinted.length];
          },
          { timeout: 100_000, interval: 250 },
        )
        .toEqual([0, 0, 0]);
      last.stop('SIGTERM');
      expect(await last.over).toMatchObject({
        code: 0,
        errors: expect.not.stringContaining('Error') as string,
      });

      const disk = await lookAtDisk(bench.home, head);
      ledger.compare(disk);
      expect(disk.runs.filter(({ verdict }) => verdict === null)).toEqual([]);
      const verify = runSlipway(bench, [
        'runs',
        'verify',
        '--head',
        head ?? '',
        '--home',
        bench.home,
        '--json',
      ]);
      expect([await verify.exit, verify.errors()]).toEqual([0, '']);
      let lines = 0;
      for (const run of disk.runs) lines += await checkLog(run);
      checkEvents(disk.runs);
      const labels = checkLabels(disk);
      expect(await containersOf(bench.home)).toEqual([]);
      expect(disk.runs.length).toBeGreaterThan(kills / 4);

      const verdicts = Object.fromEntries(
        ['PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED'].map((name) => [
          name,
          disk.runs.filter(({ verdict }) => verdict === name).length,
        ]),
      );
      const faults = [...new Set(disk.runs.map(({ fault }) => fault?.code ?? ''))].join(' ');
      console.info(
        `station-kill: ${JSON.stringify({ seed, kills, runs: disk.runs.length, seals: disk.seals, ...ledger.figures, lines, told: hooks.heard.length, labels, ...verdicts, faults })}`,
      );
    },
    240_000 + kills * 15_000,
  );
});
