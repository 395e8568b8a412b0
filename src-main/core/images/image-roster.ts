import type {
  ImageDetail,
  ImageRemoval,
  ImageSummary,
  ImagesView,
  ImageUse,
} from '../../../src-shared/model/image.js';
import { fail, fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import { z } from 'zod';
import type { LoadedRecipe } from '../recipes/match.js';
import { meetsMinimum, supportLabel, understandSupport } from '../recipes/support.js';
import { inputsLabel } from '../making/inputs.js';
import type { BroughtImage, BroughtImages } from './brought-images.js';
import type { MadeImages } from './made-images.js';
import type { HistoryEntry, ImageStore, StoredImage } from './image-store.js';
import {
  imagesOf,
  isCalled,
  isOurs,
  listImages,
  mayBeBases,
  type ListedImages,
  type Ownership,
} from './listed-images.js';
import { maskedAnswer, maskedEnvironment, maskedText } from './mask.js';
import { isImageId, listedName } from './reference.js';

const textsSchema = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);
const detailSchema = z.object({
  Architecture: z.string().default(''),
  Os: z.string().default(''),
  Config: z
    .object({
      Entrypoint: textsSchema,
      Cmd: textsSchema,
      Env: textsSchema,
      ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
      WorkingDir: z.string().nullish(),
      User: z.string().nullish(),
    })
    .nullish(),
});

/** How many images are asked for their history at a time. */
const atOnce = 8;

/** The images that concern the station, and what may be done with each. To it, all others are not there. */
export interface ImageRoster {
  list(): Promise<Result<ImagesView>>;
  /** The image of a name or an id: `image-foreign` for one that is none of the station's, or not there. */
  find(image: string): Promise<Result<{ summary: ImageSummary; image: StoredImage }>>;
  inspect(image: string): Promise<Result<ImageDetail>>;
  removal(image: string): Promise<Result<ImageRemoval>>;
  remove(image: string): Promise<Result<ImageRemoval>>;
}

export function createImageRoster(options: {
  store: ImageStore;
  brought: BroughtImages;
  made: MadeImages;
  stationId: string;
  recipes: () => LoadedRecipe[];
  redact: (text: string) => string;
}): ImageRoster {
  const { store, brought, made, stationId, recipes, redact } = options;
  /** A history never changes. */
  const histories = new Map<string, HistoryEntry[]>();

  async function learn(images: StoredImage[]): Promise<void> {
    const there = new Set(images.map(({ id }) => id));
    for (const id of histories.keys()) if (!there.has(id)) histories.delete(id);
    const unknown = images.filter(({ id }) => !histories.has(id));
    for (let next = 0; next < unknown.length; next += atOnce) {
      await Promise.all(
        unknown.slice(next, next + atOnce).map(async ({ id }) => {
          const history = await store.history(id);
          if (history.ok) histories.set(id, history.value);
        }),
      );
    }
  }

  async function look(): Promise<
    Result<ListedImages & { ownership: Ownership; entries: readonly BroughtImage[] }>
  > {
    const [all, containers, entries, noted] = await Promise.all([
      store.all(),
      store.containers(),
      brought.all(),
      made.all(),
    ]);
    if (!all.ok) return all;
    if (!containers.ok) return containers;
    const ownership = {
      stationId,
      noted: new Set(noted.images),
      brought: new Set(entries.map(({ id }) => id)),
    };
    const loaded = recipes();
    await learn(mayBeBases(all.value, loaded, ownership));
    const listed = listImages({
      all: all.value,
      histories,
      containers: containers.value,
      recipes: loaded,
      ownership,
    });
    return ok({ ...listed, ownership, entries });
  }

  async function findIn(given: string) {
    const looked = await look();
    if (!looked.ok) return looked;
    const { images, view, ownership, entries } = looked.value;
    const name = listedName(given);
    const image = [...images.values()].find((each) => isCalled(each, name) || isShortId(each.id, given));
    const summary = view.images.find(({ id }) => id === image?.id);
    if (image === undefined || summary === undefined) return fail('image-foreign', { image: given });
    const arrival = entries.find(({ id }) => id === image.id) ?? null;
    return ok({ image, summary, name: image.names.includes(name) ? name : null, ownership, arrival });
  }

  async function removal(given: string): Promise<Result<ImageRemoval>> {
    const found = await findIn(given);
    if (!found.ok) return found;
    const { image, summary, ownership } = found.value;
    const name = found.value.name ?? (image.names.length === 1 ? (image.names[0] ?? null) : null);
    const stays = name === null ? image.names : image.names.filter((each) => each !== name);
    const shown = name ?? image.id.slice(7, 19);
    const obstacle = ((): Fault | null => {
      if (!isOurs(image, histories.get(image.id), ownership))
        return fault('image-not-ours', { image: shown });
      const users = usersOf(name, stays, image);
      if (users.length > 0) return fault('image-needed', { image: shown, recipes: users.join(', ') });
      if (name === null && stays.length > 0) {
        return fault('image-has-names', { image: shown, names: stays.join(', ') });
      }
      if (summary.containers > 0) {
        return fault('image-in-use', { image: shown, containers: summary.containers });
      }
      return null;
    })();
    return ok({
      id: image.id,
      name,
      stays,
      removesImage: stays.length === 0,
      size: image.size,
      recipes: summary.recipes,
      fault: obstacle,
    });
  }

  /** The recipes that would miss a name, or the image with its last one. */
  function usersOf(name: string | null, stays: readonly string[], image: StoredImage): string[] {
    return recipes()
      .filter(({ recipe }) =>
        imagesOf(recipe).some((needed) =>
          stays.length === 0 ? isCalled(image, needed) : name !== null && needed === name,
        ),
      )
      .map(({ recipe }) => recipe.name);
  }

  function usesOf(image: StoredImage): ImageUse[] {
    return recipes()
      .filter(({ recipe }) => imagesOf(recipe).some((needed) => isCalled(image, needed)))
      .map(({ recipe: { name, model, minimumSupport, image: wanted } }) => {
        const isFlasher = isCalled(image, listedName(wanted.name));
        const { level } = understandSupport(image.labels[supportLabel(model)]);
        const digests = image.digests.map((digest) => digest.slice(digest.indexOf('@') + 1));
        return {
          recipe: name,
          part: isFlasher ? 'flasher' : 'test',
          model,
          minimum: minimumSupport,
          isGoodEnough: !isFlasher || meetsMinimum(level, minimumSupport),
          pinnedId: isFlasher ? (wanted.id ?? null) : null,
          pinnedDigest: isFlasher ? (wanted.digest ?? null) : null,
          isPinned:
            !isFlasher ||
            ((wanted.id === undefined || wanted.id === image.id) &&
              (wanted.digest === undefined || [image.id, ...digests].includes(wanted.digest))),
        };
      });
  }

  return {
    async list() {
      const looked = await look();
      return looked.ok ? ok(looked.value.view) : looked;
    },

    find: findIn,

    async inspect(given) {
      const found = await findIn(given);
      if (!found.ok) return found;
      const { image, arrival } = found.value;
      const { id } = image;
      const [answer, history] = await Promise.all([store.inspect(id), store.history(id)]);
      if (!answer.ok) return answer;
      if (!history.ok) return history;
      const { Architecture, Os, Config } = detailSchema.parse(answer.value.raw);
      return ok({
        summary: found.value.summary,
        arrival: arrival === null ? null : { from: arrival.from, at: arrival.at },
        inputs: image.labels[inputsLabel] ?? null,
        uses: usesOf(image),
        architecture: Architecture,
        os: Os,
        entrypoint: (Config?.Entrypoint ?? []).map((text) => maskedText(text, redact)),
        command: (Config?.Cmd ?? []).map((text) => maskedText(text, redact)),
        environment: maskedEnvironment(Config?.Env ?? [], redact),
        ports: Object.keys(Config?.ExposedPorts ?? {}),
        workingDir: Config?.WorkingDir ?? '',
        user: Config?.User ?? '',
        history: history.value.map(({ created, by, comment, size }) => ({
          createdAt: created * 1000,
          by: maskedText(by, redact),
          comment: redact(comment),
          size,
        })),
        raw: maskedAnswer(answer.value.raw, redact),
      });
    },

    removal,

    async remove(given) {
      const planned = await removal(given);
      if (!planned.ok) return planned;
      const { id, name, removesImage, fault: obstacle } = planned.value;
      if (obstacle !== null) return { ok: false, error: obstacle };
      let above = removesImage ? await store.madeFrom(id) : ok(null);
      const removed = await store.remove(name ?? id);
      if (!removed.ok) return removed;
      // The steps of its build, which nobody ever named: without them nothing of the disk would be free.
      while (above.ok && above.value !== null) {
        const step = above.value;
        above = await store.madeFrom(step);
        const gone = await store.remove(step);
        // Another image is built on it.
        if (!gone.ok) break;
      }
      if (removesImage) {
        await brought.remove(id);
        await made.forget(new Set([id]));
      }
      return planned;
    },
  };
}

/** The first digits of an id, as the engine shows them. */
function isShortId(id: string, given: string): boolean {
  return !isImageId(given) &&
    /^(?:sha256:)?[0-9a-f]{12,64}$/.test(given) &&
    id.includes(given.replace(/^sha256:/, ''))
    ? id.slice(7).startsWith(given.replace(/^sha256:/, ''))
    : false;
}
