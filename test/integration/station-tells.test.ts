import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureDemoImages } from '../../demo/images.mjs';
import { labelsOf, makeTellingBench, type TellingBench } from './receivers.js';
import { containersOf, hasVerdict, startStation, untilBay } from './station-harness.js';
import { power, version, withFlasher, withTool } from './unit-recipes.js';

let told: TellingBench;

beforeAll(async () => {
  await ensureDemoImages({ log: () => undefined });
}, 600_000);

afterEach(() => told.bench.dispose());

const soon = { timeout: 20_000, interval: 50 };

describe('a station whose units are flashed and tested', () => {
  it('prints a label of each that passes and of no other, and tells of every run under its signature', async () => {
    const recipes = [
      { ...withFlasher, tests: [version, power] },
      { ...withTool, tests: [power] },
      { ...withTool, tests: [power] },
    ];
    told = await makeTellingBench(recipes);
    const { bench, hooks, printer } = told;
    const station = await startStation(bench);
    bench.plug({ count: recipes.length, faults: { 2: 'voltage@2.9' } });
    const ended = await Promise.all(recipes.map((_, index) => untilBay(station, index + 1, hasVerdict)));
    const runs = ended.flatMap(({ run }) => (run === null ? [] : [run]));
    expect(runs.map(({ verdict }) => verdict)).toEqual(['PASS', 'PASS', 'FAIL']);

    // By themselves: nobody asked.
    await expect.poll(() => hooks.heard.length, soon).toBe(6);
    await expect.poll(() => printer.printed.length, soon).toBe(2);
    for (const run of runs) {
      const ofRun = hooks.heard.filter((event) => event.run?.id === run.id);
      expect(ofRun.map(({ type, isSigned }) => [type, isSigned])).toEqual([
        ['run.started', true],
        ['run.ended', true],
      ]);
      const shown = await station.handlers['runs.show']({ runId: run.id });
      expect(shown).toEqual({ ok: true, value: ofRun[1]?.run });
      expect(labelsOf(printer, run.id)).toBe(run.verdict === 'PASS' ? 1 : 0);
      expect(labelsOf(printer, run.unitSerial ?? 'nobody')).toBe(run.verdict === 'PASS' ? 1 : 0);
      const asked = await station.handlers['labels.list']({ runId: run.id });
      expect(asked.ok && asked.value.jobs.map(({ state, copy }) => [state, copy])).toEqual(
        run.verdict === 'PASS' ? [['printed', 1]] : [],
      );
    }
    expect(hooks.heard.find(({ run }) => run?.verdict === 'FAIL')?.run).toMatchObject({
      unitSerial: 'W-0003',
      fault: { code: 'measurement-out-of-limits', params: { test: 'power', name: 'vcc' } },
      tests: [{ name: 'power', verdict: 'FAIL' }],
    });
    expect(station.view().faults).toEqual([]);
    expect(await containersOf(bench.home)).toEqual([]);
  });
});
