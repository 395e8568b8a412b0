import { fault, type Fault } from '../../../src-shared/model/result.js';
import type { ImageInfo } from '../docker/engine.js';
import type { Recipe } from '../recipes/schema.js';
import { meetsMinimum, understandSupport } from '../recipes/support.js';

/** Why an image may not be used for a recipe, or null: another than the pinned one, or too little support for the model. */
export function imageProblem(recipe: Recipe, image: ImageInfo): Fault | null {
  const { name, digest } = recipe.image;
  if (digest !== undefined && digest !== image.id && digest !== image.digest) {
    const short = (id: string): string => id.slice(0, 'sha256:'.length + 12);
    return fault('image-digest-mismatch', { image: name, expected: short(digest), found: short(image.id) });
  }
  const written = image.labels[`deviceSupportStatus.${recipe.model}`];
  if (meetsMinimum(understandSupport(written).level, recipe.minimumSupport)) return null;
  return fault('image-support-too-low', {
    image: name,
    model: recipe.model,
    found: written ?? '–',
    needed: recipe.minimumSupport,
  });
}
