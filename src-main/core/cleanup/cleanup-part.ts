import { join } from 'node:path';
import type { cleanupCalls } from '../../../src-shared/contract/cleanup.js';
import { ok } from '../../../src-shared/model/result.js';
import { createCleanupEngine } from '../docker/cleanup-engine.js';
import type { MadeImages } from '../images/made-images.js';
import type { HandlersOf } from '../part.js';
import type { PartContext } from '../parts.js';
import type { Recipe } from '../recipes/schema.js';
import { testImagesOf } from '../recipes/test-schema.js';
import { createCleaner, type Cleaner, type JobStore, type StationFacts } from './cleaner.js';
import { createRetentionKeeper } from './keeper.js';
import { createLogFiles } from './log-files.js';
import type { RecipeNeeds } from './plan.js';
import { createRemovals } from './removals.js';

type Context = Pick<
  PartContext,
  'home' | 'stationId' | 'clock' | 'engine' | 'config' | 'recipes' | 'records' | 'bays' | 'onDefect'
>;

export interface CleanupPart {
  readonly cleaner: Cleaner;
  readonly handlers: HandlersOf<typeof cleanupCalls>;
  /** Resolves when nothing is being removed any more. */
  stop(): Promise<void>;
}

/** Clean-up and retention: what Slipway left behind, and how it goes. */
export function createCleanupPart(context: Context, jobs: JobStore, made: MadeImages): CleanupPart {
  const { home, stationId, clock, engine, config, recipes, records, bays, onDefect } = context;
  const cleaner = createCleaner({
    engine: createCleanupEngine(engine.connection, stationId, made),
    logs: createLogFiles(join(home, 'logs')),
    jobs,
    removals: createRemovals(home),
    facts,
  });

  function facts(): StationFacts {
    const all = bays.all();
    const taken = all.filter((bay) => bay.busy || bay.view().hold !== null);
    const unfinished = records.unfinished();
    const runs = (some: typeof all): string[] => some.flatMap((bay) => bay.run()?.id ?? []);
    return {
      at: clock.now(),
      stationId,
      recipes: recipes.all().map(({ recipe }) => needsOf(recipe)),
      openRuns: new Set([
        ...runs(all.filter(({ busy }) => busy)),
        ...(unfinished.ok ? unfinished.value.map(({ id }) => id) : []),
      ]),
      shownRuns: new Set(runs(all)),
      busyBays: new Set(taken.map(({ place }) => String(place.number))),
      retention: config.state.config.retention,
    };
  }

  /** Nothing is flashed, no bay is taken, and what an earlier life left has been looked at. */
  function isIdle(): boolean {
    const { busyBays } = facts();
    return busyBays.size === 0 && records.unfinished().ok;
  }

  const keeper = createRetentionKeeper({
    clock,
    isIdle,
    onChange: (look) => bays.changes.subscribe(look),
    apply: (signal) => cleaner.applyPolicy(signal),
    onDefect,
  });

  return {
    cleaner,
    handlers: {
      'cleanup.plan': async () => ok(await cleaner.plan()),
      'cleanup.remove': async ({ items }) => ok(await cleaner.remove(items, 'person')),
      'cleanup.applyPolicy': async () => ok(await cleaner.applyPolicy()),
    },
    stop: () => keeper.stop(),
  };
}

/** Where there is no registry of jobs. */
export const noJobs: JobStore = {
  list: () => Promise.resolve([]),
  remove: () => Promise.resolve(ok()),
};

/** What a recipe needs of images and volumes. */
export function needsOf(recipe: Recipe): RecipeNeeds {
  const { image, container, tests } = recipe;
  return {
    // A name may be another's by now: what is pinned is needed all the same.
    images: [image, ...testImagesOf(tests)].flatMap(({ name, id, digest }) =>
      [name, id, digest].filter((each) => each !== undefined),
    ),
    volumes: container.mounts.flatMap((mount) => (mount.type === 'volume' ? [mount.source] : [])),
  };
}
