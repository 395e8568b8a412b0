import type { Allowance } from '../../../src-shared/model/image.js';
import { fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { Engine, ImageInfo } from '../docker/engine.js';
import { findPinned, pinProblem } from '../images/expected-image.js';
import type { Recipe } from '../recipes/schema.js';
import { testImagesOf } from '../recipes/test-schema.js';
import { meetsMinimum, supportLabel, understandSupport } from '../recipes/support.js';

/**
 * Why an image may not be used for a recipe, or null: another than the pinned one, or too little support for the
 * model. An allowance lets too little support pass, of the one image that it was given for; a pin never.
 */
export function imageProblem(
  recipe: Recipe,
  image: ImageInfo,
  allowance: Allowance | null = null,
): Fault | null {
  const mismatch = pinProblem(recipe.image, image);
  if (mismatch !== null) return mismatch;
  const written = writtenSupport(recipe, image);
  if (meetsMinimum(understandSupport(written ?? undefined).level, recipe.minimumSupport)) return null;
  if (allowance !== null && allowance.imageId === image.id) return null;
  return fault('image-support-too-low', {
    image: recipe.image.name,
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

/** Whether the images of a recipe's tests are there, and what they have to be: better known before the flash. */
export async function checkTestImages(
  engine: Pick<Engine, 'inspectImage'>,
  recipe: Recipe,
): Promise<Result<void>> {
  for (const pin of testImagesOf(recipe.tests)) {
    const image = await findPinned(engine, pin);
    if (!image.ok) return image;
  }
  return ok();
}
