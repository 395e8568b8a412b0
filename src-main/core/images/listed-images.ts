import type {
  ImageSummary,
  ImagesView,
  ImageSupport,
  MissingImage,
} from '../../../src-shared/model/image.js';
import type { LoadedRecipe } from '../recipes/match.js';
import type { Recipe } from '../recipes/schema.js';
import { testImagesOf } from '../recipes/test-schema.js';
import { understandSupport } from '../recipes/support.js';
import type { HistoryEntry, StoredImage } from './image-store.js';
import { carriesLabel, isOfStation, type MadeBy } from './made-here.js';
import { pullReference } from './pull-reference.js';
import { isImageId, listedName } from './reference.js';

const supportPrefix = 'deviceSupportStatus.';

/** What makes an image one of the station's. */
export interface Ownership extends MadeBy {
  /** Ids of the images that this station loaded or pulled. */
  brought: ReadonlySet<string>;
}

export interface ListedImages {
  view: ImagesView;
  /** The images behind the view, by id. */
  images: ReadonlyMap<string, StoredImage>;
}

/**
 * Whether the station made the image or brought it: the only ones that it removes.
 *
 * @param history newest first; undefined when nobody asked for it, and then the label alone proves nothing
 */
export function isOurs(
  image: StoredImage,
  history: readonly HistoryEntry[] | undefined,
  ownership: Ownership,
): boolean {
  return ownership.brought.has(image.id) || isMade(image, history, ownership);
}

function isMade(
  image: StoredImage,
  history: readonly HistoryEntry[] | undefined,
  ownership: Ownership,
): boolean {
  return history !== undefined && isOfStation(image, history, ownership);
}

/**
 * Picks the images that concern the station out of all that the engine has: its own, those that a recipe names, and
 * what those are built on. The others are not even mentioned.
 */
export function listImages(options: {
  all: readonly StoredImage[];
  /** Newest first, of each image that may be a base; others have none. */
  histories: ReadonlyMap<string, readonly HistoryEntry[]>;
  containers: ReadonlyMap<string, number>;
  recipes: readonly LoadedRecipe[];
  ownership: Ownership;
}): ListedImages {
  const { all, histories, containers, recipes, ownership } = options;
  const uses = usesOf(recipes);
  const chosen = new Map<string, ImageSummary['reason']>();
  for (const image of all) {
    if (isMade(image, histories.get(image.id), ownership)) chosen.set(image.id, 'made');
    else if (ownership.brought.has(image.id)) chosen.set(image.id, 'brought');
    else if (recipesOf(image, uses).length > 0) chosen.set(image.id, 'recipe');
  }
  for (const base of all) {
    if (chosen.has(base.id) || base.names.length === 0) continue;
    const isBase = all.some(
      (image) =>
        chosen.has(image.id) &&
        chosen.get(image.id) !== 'base' &&
        isBuiltOn(histories.get(image.id), histories.get(base.id)),
    );
    if (isBase) chosen.set(base.id, 'base');
  }
  const images = all.filter(({ id }) => chosen.has(id)).sort((one, other) => other.createdAt - one.createdAt);
  return {
    view: {
      images: images.map((image) => ({
        id: image.id,
        names: image.names,
        digests: image.digests,
        size: image.size,
        createdAt: image.createdAt,
        layers: image.layers.length,
        labels: image.labels,
        reason: chosen.get(image.id) ?? 'recipe',
        recipes: recipesOf(image, uses),
        containers: containers.get(image.id) ?? 0,
        support: supportOf(image.labels),
      })),
      missing: missingOf(all, uses, recipes),
    },
    images: new Map(images.map((image) => [image.id, image])),
  };
}

/** Which images have to be asked for their history: the rest cannot be a base, nor built on one. */
export function mayBeBases(
  all: readonly StoredImage[],
  recipes: readonly LoadedRecipe[],
  ownership: Ownership,
): StoredImage[] {
  const uses = usesOf(recipes);
  const built = all.filter(
    (image) =>
      ownership.brought.has(image.id) ||
      carriesLabel(image.labels, ownership.stationId) ||
      recipesOf(image, uses).length > 0,
  );
  const bases = all.filter(
    (base) => base.names.length > 0 && built.some((image) => image !== base && beginsWith(image, base)),
  );
  return [...new Set([...built, ...bases])];
}

/** Every model that an image's labels speak of, in the order of their names. */
export function supportOf(labels: Readonly<Record<string, string>>): ImageSupport[] {
  return Object.entries(labels)
    .filter(([name]) => name.startsWith(supportPrefix) && name.length > supportPrefix.length)
    .map(([name, written]) => {
      const { level, candidate } = understandSupport(written);
      return { model: name.slice(supportPrefix.length), written, level, candidate: candidate ?? null };
    })
    .sort((one, other) => (one.model < other.model ? -1 : 1));
}

function beginsWith(image: StoredImage, base: StoredImage): boolean {
  return base.layers.length > 0 && base.layers.every((layer, at) => image.layers[at] === layer);
}

/**
 * The same steps at the same times, and more: layers alone would take an image that only changed a label of the
 * base for the base.
 */
function isBuiltOn(
  image: readonly HistoryEntry[] | undefined,
  base: readonly HistoryEntry[] | undefined,
): boolean {
  if (image === undefined || base === undefined || base.length === 0 || base.length >= image.length)
    return false;
  const below = image.slice(image.length - base.length);
  return base.every(({ created, by }, at) => below[at]?.created === created && below[at].by === by);
}

/** What a recipe flashes and tests with, in the form of `listedName`. */
export function imagesOf(recipe: Recipe): string[] {
  return [recipe.image, ...testImagesOf(recipe.tests)].map(({ name }) => listedName(name));
}

/** The recipes of each image, by the name or id that they say. */
function usesOf(recipes: readonly LoadedRecipe[]): Map<string, string[]> {
  const uses = new Map<string, string[]>();
  for (const { recipe } of recipes) {
    for (const name of new Set(imagesOf(recipe))) {
      uses.set(name, [...(uses.get(name) ?? []), recipe.name]);
    }
  }
  return uses;
}

function recipesOf(image: StoredImage, uses: ReadonlyMap<string, string[]>): string[] {
  const found = [...uses].filter(([name]) => isCalled(image, name)).flatMap(([, recipes]) => recipes);
  return [...new Set(found)].sort();
}

/** Whether a name in the form of `listedName`, or an id, stands for an image. */
export function isCalled(image: StoredImage, name: string): boolean {
  if (isImageId(name)) return image.id === (name.startsWith('sha256:') ? name : `sha256:${name}`);
  return image.names.includes(name) || image.digests.some((digest) => listedName(digest) === name);
}

function missingOf(
  all: readonly StoredImage[],
  uses: ReadonlyMap<string, string[]>,
  recipes: readonly LoadedRecipe[],
): MissingImage[] {
  return [...uses]
    .filter(([name]) => !all.some((image) => isCalled(image, name)))
    .map(([name, users]) => {
      const making = recipes.filter(({ recipe }) => listedName(recipe.image.name) === name);
      return {
        name,
        recipes: users,
        build: making.find(({ recipe }) => recipe.image.build !== undefined)?.recipe.name ?? null,
        pull: making.find(({ recipe }) => pullReference(recipe) !== null)?.recipe.name ?? null,
      };
    });
}
