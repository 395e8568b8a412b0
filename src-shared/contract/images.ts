import { z } from 'zod';
import {
  imagesViewSchema,
  type ArchiveContent,
  type ImageDetail,
  type ImageRemoval,
  type ImagesView,
} from '../model/image.js';
import { faultSchema } from '../model/result.js';
import { call, event } from './define.js';
import { nothing } from './fields.js';

/** A name with or without its tag, or an id. */
const image = z.string().min(1).max(400);
/** Absolute, on the station's machine. */
const file = z.string().min(1).max(4096);

/**
 * The images that concern this station: those that carry its label, those it brought, those a recipe names, and
 * their bases. To every call another image is `image-foreign`.
 */
export const imageCalls = {
  'images.list': call(nothing).returns<ImagesView>(),
  'images.inspect': call(z.object({ image })).returns<ImageDetail>(),
  /** What `images.remove` would do, without doing it. */
  'images.removal': call(z.object({ image })).returns<ImageRemoval>(),
  /**
   * Takes a name away, and the image with its last one. Only what this station made or brought: `image-not-ours`;
   * never what a container is made of: `image-in-use`; an id with several names: `image-has-names`.
   */
  'images.remove': call(z.object({ image })).returns<ImageRemoval>(),
  /** A job that writes an archive of them. A file that is there already: `archive-exists`. */
  'images.save': call(
    z.object({ images: z.array(image).min(1).max(50), file, replace: z.boolean().default(false) }),
  ).returns<{ jobId: string }>(),
  /** Reads an archive from its first byte to its last, and says what loading it would do. The engine is not touched. */
  'images.examine': call(z.object({ file })).returns<ArchiveContent>(),
  /** A job that verifies an archive and only then loads it. A name that would move: `image-name-would-move`. */
  'images.load': call(z.object({ file, moveNames: z.boolean().default(false) })).returns<{ jobId: string }>(),
  /** A job that pulls the image of a recipe that names its registry and its digest; any other: `pull-not-pinned`. */
  'images.pull': call(
    z.object({ recipe: z.string().min(1).max(200), moveNames: z.boolean().default(false) }),
  ).returns<{ jobId: string }>(),
} as const;

export const imageEvents = {
  /** The whole view, at first and whenever it changed. `fault`: why there is none now. */
  images: event(
    nothing,
    z.object({
      revision: z.number().int(),
      images: imagesViewSchema.nullable(),
      fault: faultSchema.nullable(),
    }),
  ),
} as const;
