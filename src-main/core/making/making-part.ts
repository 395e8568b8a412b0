import { dirname, resolve } from 'node:path';
import type { makingCalls, makingEvents } from '../../../src-shared/contract/making.js';
import type { RecipeBuild } from '../../../src-shared/model/making.js';
import { fail, ok, type FaultParams, type Result } from '../../../src-shared/model/result.js';
import type { JobKind } from '../../../src-shared/model/job.js';
import type { MadeImages } from '../images/made-images.js';
import type { JobContext, Jobs } from '../jobs/jobs.js';
import type { StationPart } from '../part.js';
import type { LoadedRecipe } from '../recipes/match.js';
import { hashInputs, readBuildContext } from './build-context.js';
import { buildImage } from './build-image.js';
import { debootstrapImage } from './debootstrap-image.js';
import type { ImageMaker } from './image-maker.js';
import { createHashCache } from './hash-cache.js';
import { fullImageName, isMadeByUs, type MakerParts } from './image-name.js';
import { checkChanges, importImage } from './import-image.js';
import { compareInputs, createInputsStore, inputsLabel, type InputsStore } from './inputs.js';

/** How many changed inputs are named; the rest are counted. */
const named = 20;

export interface MakingOptions {
  home: string;
  maker: ImageMaker;
  stationId: string;
  jobs: Jobs;
  /** What is noted of what was made. */
  made: MadeImages;
  recipes: { all(): LoadedRecipe[]; find(name: string): LoadedRecipe | undefined };
}

/** The contract's calls that make images; what they begin is a job each. */
export function createMaking({
  home,
  maker,
  stationId,
  jobs,
  made,
  recipes,
}: MakingOptions): StationPart<typeof makingCalls, typeof makingEvents> {
  const stopped = new AbortController();
  const inputsStore = createInputsStore(home);
  const parts = { maker, stationId, made, inputsStore } satisfies MakerParts & { inputsStore: InputsStore };
  const hashes = createHashCache();

  async function begin(
    kind: JobKind,
    params: FaultParams,
    run: (job: JobContext) => Promise<Result<FaultParams>>,
  ): Promise<Result<{ jobId: string }>> {
    const started = await jobs.start({ kind, params, run });
    return started.ok ? ok({ jobId: started.value.jobId }) : started;
  }

  /** Where a recipe's build is: its context is absolute, or relative to the recipe's folder. */
  function placeOf({ recipe, file }: LoadedRecipe): { context: string; dockerfile: string } | null {
    const { build } = recipe.image;
    return build === undefined
      ? null
      : { context: resolve(dirname(file), build.context), dockerfile: build.dockerfile };
  }

  async function compare(
    loaded: LoadedRecipe,
    place: { context: string; dockerfile: string },
  ): Promise<RecipeBuild> {
    const { name } = loaded.recipe.image;
    const about = { recipe: loaded.recipe.name, image: name, changes: null, more: 0 };
    const present = await maker.inspect(name);
    if (!present.ok) {
      return present.error.code === 'image-missing'
        ? { ...about, state: 'missing', fault: null }
        : { ...about, state: 'unknown', fault: present.error };
    }
    const inputs = present.value.labels[inputsLabel];
    const ours = await isMadeByUs(parts, present.value);
    if (!ours.ok) return { ...about, state: 'unknown', fault: ours.error };
    if (inputs === undefined || !ours.value) return { ...about, state: 'foreign', fault: null };
    const { signal } = stopped;
    const context = await readBuildContext(place.context, place.dockerfile, signal);
    const now = context.ok
      ? await hashInputs(context.value, {}, { signal, fileHash: (path) => hashes.hash(path, signal) })
      : context;
    if (!now.ok) return { ...about, state: 'unknown', fault: now.error };
    if (now.value.inputs === inputs) return { ...about, state: 'current', fault: null };
    const before = await inputsStore.find(inputs);
    const changes = before === null ? null : compareInputs(before, now.value.manifest);
    return {
      ...about,
      state: 'outdated',
      fault: null,
      changes: changes?.slice(0, named) ?? null,
      more: Math.max(0, (changes?.length ?? 0) - named),
    };
  }

  return {
    handlers: {
      async 'images.build'({ recipe, context, dockerfile, name, ...rest }) {
        const loaded = recipe === undefined ? undefined : recipes.find(recipe);
        if (recipe !== undefined && loaded === undefined) return fail('recipe-unknown', { recipe });
        const place = loaded === undefined ? null : placeOf(loaded);
        const folder = context === undefined ? place?.context : resolve(context);
        if (folder === undefined) return fail('build-not-described', { recipe: recipe ?? '–' });
        const full = fullImageName(name ?? loaded?.recipe.image.name ?? '');
        if (!full.ok) return full;
        const request = {
          ...rest,
          name: full.value,
          context: folder,
          dockerfile: dockerfile ?? place?.dockerfile ?? 'Dockerfile',
          recipe: recipe ?? null,
        };
        return begin('build', { name: full.value }, (job) => buildImage(parts, request, job));
      },
      async 'images.import'({ file, name, changes, replace }) {
        const full = fullImageName(name);
        if (!full.ok) return full;
        const good = checkChanges(changes);
        if (!good.ok) return good;
        const request = { file: resolve(file), name: full.value, changes, replace };
        const params = { file: request.file, name: full.value };
        return begin('import', params, (job) => importImage(parts, request, job));
      },
      async 'images.debootstrap'({ name, mirror, architecture, keyring, ...rest }) {
        const full = fullImageName(name);
        if (!full.ok) return full;
        const good = checkChanges(rest.changes);
        if (!good.ok) return good;
        const request = {
          ...rest,
          name: full.value,
          mirror: mirror ?? null,
          architecture: architecture ?? null,
          keyring: keyring ?? null,
        };
        const params = { suite: rest.suite, name: full.value };
        return begin('debootstrap', params, (job) => debootstrapImage(parts, request, job));
      },
      async 'images.builds'() {
        const builds: RecipeBuild[] = [];
        for (const loaded of recipes.all()) {
          const place = placeOf(loaded);
          if (place !== null) builds.push(await compare(loaded, place));
        }
        return ok(builds);
      },
    },
    streams: {},
    stop() {
      stopped.abort();
      return Promise.resolve();
    },
  };
}
