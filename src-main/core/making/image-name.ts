import { fail, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import { carriesLabel, isMadeHere } from '../images/made-here.js';
import type { ImageMaker } from './image-maker.js';

/**
 * A name with an optional registry and tag, as the engine has it: https://github.com/distribution/reference. A digest
 * cannot be given to what is about to be made.
 */
const pattern =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?$/;

/** The name with its tag. Fails with `image-name-invalid`. */
export function fullImageName(name: string): Result<string> {
  const trimmed = name.trim();
  if (trimmed.length > 255 || !pattern.test(trimmed)) return fail('image-name-invalid', { name: trimmed });
  return ok(trimmed.lastIndexOf(':') > trimmed.lastIndexOf('/') ? trimmed : `${trimmed}:latest`);
}

/**
 * Whether the name may be given to an image of ours: nobody has it, we have, or somebody said that it may be taken
 * from whoever has it. Fails with `image-name-foreign`, and whatever reaching the engine fails with.
 */
export async function mayTakeName(
  maker: ImageMaker,
  name: string,
  stationId: string,
  replace: boolean,
): Promise<Result<void>> {
  const present = await maker.inspect(name);
  if (!present.ok) return present.error.code === 'image-missing' ? ok() : present;
  if (replace) return ok();
  const ours = await isMadeByUs(maker, present.value, stationId);
  if (!ours.ok) return ours;
  return ours.value ? ok() : fail('image-name-foreign', { image: name });
}

/** Whether this station made an image, and not somebody who built on one of the station's. */
export async function isMadeByUs(
  maker: ImageMaker,
  image: { id: string; labels: Record<string, string> },
  stationId: string,
): Promise<Result<boolean>> {
  if (!carriesLabel(image.labels, stationId)) return ok(false);
  const history = await maker.history(image.id);
  return history.ok ? ok(isMadeHere(image.labels, history.value, stationId)) : history;
}

/** What a job answers when it has ended before its work because of its signal; nobody reads the code. */
export function gaveUp(): { ok: false; error: Fault } {
  return fail('station-stopping');
}
