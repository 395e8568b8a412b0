import { fail, fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { Engine, ImageInfo } from '../docker/engine.js';

/** An image as a recipe names it, and what it has to be. */
export interface ImagePin {
  name: string;
  /** The id that it must have. */
  id?: string | undefined;
  /** The repository digest, or the id, that it must have. */
  digest?: string | undefined;
}

const short = (id: string): string => id.slice(0, 'sha256:'.length + 12);

/** `image-digest-mismatch` where an image is another than the pinned one; null where it may be used. */
export function pinProblem({ name, id, digest }: ImagePin, image: ImageInfo): Fault | null {
  const mismatch = (expected: string): Fault =>
    fault('image-digest-mismatch', { image: name, expected: short(expected), found: short(image.id) });
  if (id !== undefined && id !== image.id) return mismatch(id);
  if (digest !== undefined && digest !== image.id && !image.digests.includes(digest)) return mismatch(digest);
  return null;
}

/** The image that a recipe names, if it is there and is what it has to be: `image-missing`, `image-digest-mismatch`. */
export async function findPinned(
  engine: Pick<Engine, 'inspectImage'>,
  pin: ImagePin,
): Promise<Result<ImageInfo>> {
  const image = await engine.inspectImage(pin.name);
  if (!image.ok) return image;
  const problem = pinProblem(pin, image.value);
  return problem === null ? image : { ok: false, error: problem };
}

/**
 * Whether a container was made of the image that was checked: a name can be given to another image in between, and
 * the record says what really ran. Fails with `image-changed`.
 */
export async function expectImage(
  engine: Pick<Engine, 'inspectContainer'>,
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
