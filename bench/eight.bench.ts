import { performance } from 'node:perf_hooks';
import { prepareDemoHome } from '../demo/home.mjs';
import type { RunRecord } from '../src-shared/model/run.js';
import { makeBench, runOf, runSlipway, type SlipwayProcess } from '../test/integration/station-harness.js';
import { figure, median, type Bench } from './figures.js';

const units = 8;
/** A serial line's usual speed, bits a second. */
const baud = 115_200;
/** 46 s on such a line: the flash is what takes the time. */
const imageBytes = 512 * 1024;
const runLimit = 5 * 60_000;

export const bench: Bench = {
  title: 'Eight baud-limited units at once, against one alone',
  needs: ['build', 'engine'],
  async run({ say, quick }) {
    const place = await makeBench();
    try {
      const { home, devices } = place;
      await prepareDemoHome({ home, devices, imageBytes, log: () => undefined });
      const station = runSlipway(place, ['station', '--home', home, '--json']);
      await station.until(({ type }) => type === 'ready');
      const widgets = place.plug({ count: units, baud });
      widgets.unplugAll();

      const flash = async (count: number): Promise<{ seconds: number; runs: RunRecord[] }> => {
        const ended = countRuns(station, count);
        const began = performance.now();
        for (let index = 0; index < count; index++) widgets.plug(index);
        const runs = await ended;
        const seconds = (performance.now() - began) / 1000;
        for (let index = 0; index < count; index++) widgets.unplug(index);
        const bad = runs.find(({ verdict }) => verdict !== 'PASS');
        if (bad !== undefined)
          throw new Error(`a run ended as ${bad.verdict ?? ''}: ${JSON.stringify(bad.fault)}`);
        say(`${count} at once: ${seconds.toFixed(1)} s`);
        return { seconds, runs };
      };

      // Whatever was never used before (networks, caches, the disk's) is not what is measured.
      await flash(1);
      const rounds = quick ? 1 : 3;
      const alone: number[] = [];
      const together: number[] = [];
      const phases = { alone: [] as number[], together: [] as number[] };
      for (let round = 0; round < rounds; round++) {
        const one = await flash(1);
        const all = await flash(units);
        alone.push(one.seconds);
        together.push(all.seconds);
        phases.alone.push(...one.runs.map(flashSeconds));
        phases.together.push(...all.runs.map(flashSeconds));
      }
      return [
        figure('8 baud-limited units at once, plug to last verdict, against one alone', {
          value: median(together) / median(alone),
          unit: '×',
          limit: 1.1,
          runs: together.map((seconds, round) => seconds / (alone[round] ?? NaN)),
          facts: { aloneSeconds: median(alone), togetherSeconds: median(together), baud, imageBytes, rounds },
        }),
        figure('8 baud-limited units at once, the slowest flash itself, against one alone', {
          value: Math.max(...phases.together) / median(phases.alone),
          unit: '×',
          limit: 1.1,
          runs: phases.together.map((seconds) => seconds / median(phases.alone)),
          facts: { aloneSeconds: median(phases.alone) },
        }),
      ];
    } finally {
      await place.dispose();
    }
  },
};

/** Resolves with the next so many runs that end. */
async function countRuns(station: SlipwayProcess, count: number): Promise<RunRecord[]> {
  const before = new Set(station.lines);
  const found = new Map<string, RunRecord>();
  while (found.size < count) {
    await station.until((line) => {
      const run = before.has(line) ? undefined : runOf(line);
      if (run === undefined || run.verdict === null || found.has(run.id)) return false;
      found.set(run.id, run);
      return true;
    }, runLimit);
  }
  return [...found.values()];
}

function flashSeconds({ phases }: RunRecord): number {
  const flash = phases.find(({ phase }) => phase === 'flash');
  return ((flash?.endedAt ?? NaN) - (flash?.startedAt ?? NaN)) / 1000;
}
