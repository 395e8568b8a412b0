import fc from 'fast-check';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok, type Result } from '../../../src-shared/model/result.js';
import { createFakeClock } from '../../../test/fakes/clock.js';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { defaultRetention } from '../config/retention.js';
import { labels } from '../docker/engine.js';
import { createCleaner, type Cleaner, type JobStore, type StationFacts } from './cleaner.js';
import { createRetentionKeeper } from './keeper.js';
import { createLogFiles } from './log-files.js';
import { createRemovals } from './removals.js';
import type { CleanupEngine, EngineSurvey, Removed, SurveyedContainer } from './survey.js';

const now = Date.UTC(2026, 4, 1);
const noJobs: JobStore = { list: () => Promise.resolve([]), remove: () => Promise.resolve(ok()) };

function container(id: string, finishedAt = now - 1000): SurveyedContainer {
  return {
    id,
    name: id,
    labels: { [labels.station]: 'own', [labels.run]: `run-${id}`, [labels.bay]: '1' },
    image: 'flasher:1',
    state: 'exited',
    createdAt: 0,
    finishedAt,
    bytes: 10,
  };
}

/** An engine with some containers; what it was told to remove, in order. */
function fakeEngine(containers: SurveyedContainer[]) {
  const asked: string[] = [];
  const survey: EngineSurvey = { containers, images: [], networks: [], volumes: [], layers: [] };
  const remove = (id: string): Promise<Result<Removed>> => {
    asked.push(id);
    survey.containers = survey.containers.filter((one) => one.id !== id);
    return Promise.resolve(ok('removed'));
  };
  const engine: CleanupEngine = {
    survey: () => Promise.resolve(ok(structuredClone(survey))),
    removeContainer: remove,
    removeImage: remove,
    removeNetwork: remove,
    removeVolume: remove,
    removeLayers: remove,
  };
  return { engine, asked, survey };
}

let folder: ReturnType<typeof createTemporaryFolder>;
let openRuns: Set<string>;

beforeEach(() => {
  folder = createTemporaryFolder();
  openRuns = new Set();
});
afterEach(() => folder.dispose());

function cleanerOver(engine: CleanupEngine, change: Partial<StationFacts> = {}): Cleaner {
  return createCleaner({
    engine,
    logs: createLogFiles(join(folder.path, 'logs')),
    jobs: noJobs,
    removals: createRemovals(folder.path),
    facts: () => ({
      at: now,
      stationId: 'own',
      recipes: [],
      openRuns,
      shownRuns: new Set(),
      busyBays: new Set(),
      retention: defaultRetention,
      ...change,
    }),
  });
}

describe('clean-up', () => {
  it('removes what was chosen, notes it, and says what it freed', async () => {
    const { engine, asked } = fakeEngine([container('a'), container('b')]);
    const cleaner = cleanerOver(engine);
    const { items } = await cleaner.plan();
    const result = await cleaner.remove(items.slice(0, 1), 'person');
    expect(result).toMatchObject({ freedBytes: 10, outcomes: [{ name: 'a', outcome: 'removed' }] });
    expect(asked).toEqual(['a']);
    expect((await cleaner.plan()).removals).toMatchObject([
      { by: 'person', kind: 'container', name: 'a', at: now },
    ]);
  });

  it('leaves alone what changed since the preview, what is in use by now, and what is gone', async () => {
    const { engine, asked, survey } = fakeEngine([container('a'), container('b'), container('c')]);
    const cleaner = cleanerOver(engine);
    const { items } = await cleaner.plan();
    survey.containers = [{ ...container('a'), finishedAt: now }, container('b')];
    openRuns.add('run-b');
    const { outcomes } = await cleaner.remove(items, 'person');
    expect(outcomes.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['kept', 'changed'],
      ['kept', 'run-goes-on'],
      ['kept', 'gone'],
    ]);
    expect(asked).toEqual([]);
  });

  it('never removes what nobody chose, nor what no plan holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(['a', 'b', 'c', 'd']), fc.array(fc.string()), async (chosen, madeUp) => {
        const { engine, asked } = fakeEngine(['a', 'b', 'c', 'd'].map((id) => container(id)));
        const cleaner = cleanerOver(engine);
        const { items } = await cleaner.plan();
        await cleaner.remove(
          [
            ...items.filter(({ name }) => chosen.includes(name)),
            ...madeUp.map((id) => ({ id: `container:${id}x`, stamp: '' })),
          ],
          'person',
        );
        expect([...asked].sort()).toEqual(chosen);
      }),
      { numRuns: 30 },
    );
  });

  it('sees logs of runs and no other file, and tells of one that may not be removed', async () => {
    mkdirSync(join(folder.path, 'logs'));
    writeFileSync(join(folder.path, 'logs/run-0001.log'), 'line\n');
    writeFileSync(join(folder.path, 'logs/notes of mine.txt'), 'keep');
    const cleaner = cleanerOver(fakeEngine([]).engine);
    const { items } = await cleaner.plan();
    expect(items.map(({ id, bytes }) => [id, bytes])).toEqual([['run-log:run-0001', 5]]);
    await cleaner.remove(items, 'person');
    expect(existsSync(join(folder.path, 'logs/run-0001.log'))).toBe(false);
    expect(readFileSync(join(folder.path, 'logs/notes of mine.txt'), 'utf8')).toBe('keep');
  });

  it('stops between two removals when it is told to', async () => {
    const { engine, asked } = fakeEngine([container('a', 0), container('b', 1)]);
    const controller = new AbortController();
    const stopping: CleanupEngine = {
      ...engine,
      removeContainer(id) {
        controller.abort();
        return engine.removeContainer(id);
      },
    };
    const result = await cleanerOver(stopping).applyPolicy(controller.signal);
    expect(result.outcomes).toHaveLength(1);
    expect(asked).toHaveLength(1);
  });
});

describe('the retention keeper', () => {
  it('waits for an idle station, works every hour, and stops when a run begins', async () => {
    const clock = createFakeClock(now);
    let idle = false;
    let look = (): void => undefined;
    const signals: AbortSignal[] = [];
    let finish = (): void => undefined;
    const keeper = createRetentionKeeper({
      clock,
      isIdle: () => idle,
      onChange(listener) {
        look = listener;
        return { dispose: () => undefined };
      },
      apply(signal) {
        signals.push(signal);
        return new Promise<void>((resolve) => (finish = resolve));
      },
      onDefect(error) {
        throw error;
      },
    });
    await clock.advanceAsync(30_000);
    expect(signals).toHaveLength(0);
    idle = true;
    await clock.advanceAsync(60_000);
    expect(signals).toHaveLength(1);
    idle = false;
    look();
    expect(signals[0]?.aborted).toBe(true);
    finish();
    await clock.advanceAsync(0);
    idle = true;
    await clock.advanceAsync(60_000);
    expect(signals).toHaveLength(2);
    finish();
    await clock.advanceAsync(0);
    await clock.advanceAsync(3_600_000);
    expect(signals).toHaveLength(3);
    const stopped = keeper.stop();
    expect(signals[2]?.aborted).toBe(true);
    finish();
    await stopped;
    await clock.advanceAsync(7_200_000);
    expect(signals).toHaveLength(3);
  });
});
