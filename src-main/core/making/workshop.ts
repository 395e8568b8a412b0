import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import { localeOf } from '../config/locale.js';
import { stationId } from '../config/station-id.js';
import { createDockerEngine } from '../docker/docker-engine.js';
import { createImageMaker } from '../docker/image-maker.js';
import { readSettings } from '../doctor/examine.js';
import { createJobs } from '../jobs/create-jobs.js';
import type { Jobs } from '../jobs/jobs.js';
import { cleanHere } from '../jobs/leftovers.js';
import { isSystemError } from '../ports/system-error.js';
import { createRecipeStore } from '../recipes/recipe-store.js';
import { createMaking } from './making-part.js';

/** Making images without a station that watches ports: for the command line, also while a station of this home runs. */
export interface Workshop {
  readonly jobs: Jobs;
  readonly making: ReturnType<typeof createMaking>;
  /** Cancels what runs; resolves when nothing does. */
  dispose(): Promise<void>;
}

/** Fails with `home-unwritable`, and whatever reaching the engine fails with. */
export async function openWorkshop(options: {
  home: string;
  environment: NodeJS.ProcessEnv;
  clock: Clock;
  onDefect: (error: unknown) => void;
}): Promise<Result<Workshop>> {
  const { home, environment, clock, onDefect } = options;
  try {
    await mkdir(home, { recursive: true });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail('home-unwritable', { path: home }, error.message);
  }
  const id = await stationId(home, localeOf(environment));
  if (!id.ok) return id;
  const engine = createDockerEngine({
    search: { configured: (await readSettings(home, environment)).config?.docker, environment },
    stationId: id.value,
    clock,
  });
  await engine.start();
  const { fault } = engine.view;
  if (fault !== null) {
    await engine.dispose();
    return { ok: false, error: fault };
  }
  const maker = createImageMaker(engine.connection);
  const recipes = createRecipeStore({ folder: join(home, 'recipes'), clock });
  await recipes.start();
  const jobs = createJobs({
    home,
    clock,
    onDefect,
    async clean(leftover) {
      if (leftover.type !== 'layer') return cleanHere(leftover);
      return (await maker.removeUnnamed(leftover.id)).ok;
    },
  });
  const making = createMaking({ maker, stationId: id.value, jobs, recipes });
  return ok({
    jobs,
    making,
    async dispose() {
      await making.stop();
      await jobs.stop();
      recipes.dispose();
      await engine.dispose();
    },
  });
}
