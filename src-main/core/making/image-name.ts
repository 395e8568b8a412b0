import { fail, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import { carriesLabel, isOfStation } from '../images/made-here.js';
import type { MadeImages } from '../images/made-images.js';
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

/** Whoever makes images, with what it takes to know its own. */
export interface MakerParts {
  maker: ImageMaker;
  stationId: string;
  made: MadeImages;
}

/**
 * Whether the name may be given to an image of ours: nobody has it, we have, or somebody said that it may be taken
 * from whoever has it. Fails with `image-name-foreign`, and whatever reaching the engine fails with.
 */
export async function mayTakeName(parts: MakerParts, name: string, replace: boolean): Promise<Result<void>> {
  const present = await parts.maker.inspect(name);
  if (!present.ok) return present.error.code === 'image-missing' ? ok() : present;
  if (replace) return ok();
  const ours = await isMadeByUs(parts, present.value);
  if (!ours.ok) return ours;
  return ours.value ? ok() : fail('image-name-foreign', { image: name });
}

/** Whether this station made an image, and not somebody who built on one of the station's. */
export async function isMadeByUs(
  { maker, stationId, made }: MakerParts,
  image: { id: string; labels: Record<string, string> },
): Promise<Result<boolean>> {
  if (!carriesLabel(image.labels, stationId)) return ok(false);
  const history = await maker.history(image.id);
  if (!history.ok) return history;
  const noted = new Set((await made.all()).images);
  return ok(isOfStation(image, history.value, { stationId, noted }));
}

/** Notes an image that was just made, where its own history does not say whose it is. */
export async function noteMade(
  parts: MakerParts,
  image: { id: string; labels: Record<string, string> },
): Promise<void> {
  const ours = await isMadeByUs(parts, image);
  if (!ours.ok || !ours.value) await parts.made.noteImage(image.id);
}

/** What a job answers when it has ended before its work because of its signal; nobody reads the code. */
export function gaveUp(): { ok: false; error: Fault } {
  return fail('station-stopping');
}
