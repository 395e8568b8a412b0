import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import { localeOf } from '../config/locale.js';
import { createSecretStore } from '../config/secrets.js';
import { stationId } from '../config/station-id.js';
import { createDockerEngine } from '../docker/docker-engine.js';
import { createDockerImages } from '../docker/docker-images.js';
import { createImageMaker } from '../docker/image-maker.js';
import { readSettings } from '../doctor/examine.js';
import { createImagesPart } from '../images/images-part.js';
import { createMadeImages } from '../images/made-images.js';
import { createJobs } from '../jobs/create-jobs.js';
import type { Jobs } from '../jobs/jobs.js';
import { cleanHere } from '../jobs/leftovers.js';
import { isSystemError } from '../ports/system-error.js';
import { createRecipeStore } from '../recipes/recipe-store.js';
import { createMaking } from './making-part.js';

/** Images without a station that watches ports: for the command line, also while a station of this home runs. */
export interface Workshop {
  readonly jobs: Jobs;
  readonly making: ReturnType<typeof createMaking>;
  readonly images: ReturnType<typeof createImagesPart>;
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
  const locale = localeOf(environment);
  const id = await stationId(home, locale);
  if (!id.ok) return id;
  const { config } = await readSettings(home, environment);
  const engine = createDockerEngine({
    search: { configured: config?.docker, environment },
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
  const made = createMadeImages(home);
  const making = createMaking({ home, maker, stationId: id.value, jobs, made, recipes });
  const secrets = createSecretStore({ home, locale: () => locale });
  // What is not known is not masked: it is read once, before anything is shown.
  secrets.check();
  const images = createImagesPart({
    home,
    stationId: id.value,
    clock,
    store: createDockerImages(engine.connection),
    made,
    engine,
    recipes,
    jobs,
    redact: (text) => secrets.redact(text),
    madeBy: () => (config?.name === undefined ? hostname() : `${config.name} (${hostname()})`),
    onDefect,
  });
  return ok({
    jobs,
    making,
    images,
    async dispose() {
      await making.stop();
      await images.stop();
      await jobs.stop();
      recipes.dispose();
      await engine.dispose();
    },
  });
}
