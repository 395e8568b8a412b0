import type { Allowance } from '../../../src-shared/model/image.js';
import { fail, fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { Engine, ImageInfo } from '../docker/engine.js';
import type { Recipe } from '../recipes/schema.js';
import { meetsMinimum, supportLabel, understandSupport } from '../recipes/support.js';

const short = (id: string): string => id.slice(0, 'sha256:'.length + 12);

/**
 * Why an image may not be used for a recipe, or null: another than the pinned one, or too little support for the
 * model. An allowance lets too little support pass, of the one image that it was given for; a pin never.
 */
export function imageProblem(
  recipe: Recipe,
  image: ImageInfo,
  allowance: Allowance | null = null,
): Fault | null {
  const { name, id, digest } = recipe.image;
  const mismatch = (expected: string): Fault =>
    fault('image-digest-mismatch', { image: name, expected: short(expected), found: short(image.id) });
  if (id !== undefined && id !== image.id) return mismatch(id);
  if (digest !== undefined && digest !== image.id && !image.digests.includes(digest)) return mismatch(digest);
  const written = writtenSupport(recipe, image);
  if (meetsMinimum(understandSupport(written ?? undefined).level, recipe.minimumSupport)) return null;
  if (allowance !== null && allowance.imageId === image.id) return null;
  return fault('image-support-too-low', {
    image: name,
    model: recipe.model,
    found: written ?? '–',
    needed: recipe.minimumSupport,
  });
}

/** What the image's label says of the recipe's model, as written; null where it says nothing. */
export function writtenSupport(recipe: Recipe, image: ImageInfo): string | null {
  return image.labels[supportLabel(recipe.model)] ?? null;
}

/** The image that a run is going to use, looked at anew: whatever was known of it may be old by now. */
export async function findRunImage(
  engine: Engine,
  recipe: Recipe,
  allowance: Allowance | null,
): Promise<Result<ImageInfo>> {
  const image = await engine.inspectImage(recipe.image.name);
  if (!image.ok) return image;
  const problem = imageProblem(recipe, image.value, allowance);
  return problem === null ? image : { ok: false, error: problem };
}

/**
 * Whether a container was made of the image that was checked: a name can be given to another image in between, and
 * the record says what really ran. Fails with `image-changed`.
 */
export async function expectImage(
  engine: Engine,
  containerId: string,
  expected: { id: string | null; name: string },
): Promise<Result<void>> {
  const container = await engine.inspectContainer(containerId);
  if (!container.ok) return container;
  const { imageId } = container.value;
  if (expected.id === imageId) return ok();
  return fail('image-changed', {
    image: expected.name,
    expected: short(expected.id ?? '–'),
    found: short(imageId),
  });
}
