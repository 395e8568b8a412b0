import { join } from 'node:path';
import { z } from 'zod';
import { createHomeFile } from '../files/home-file.js';
import { isSystemError } from '../ports/system-error.js';

const buildSchema = z.object({
  /** Of the build's job. */
  job: z.string(),
  /** What it was to be called. */
  name: z.string(),
  /** The ids of the layers that were not there before, whole. */
  layers: z.array(z.string()),
});
/** The layers that one build brought into the engine, beside its image. */
export type BuildLayers = z.infer<typeof buildSchema>;

const schema = z.object({
  version: z.literal(1),
  images: z.array(z.string()),
  builds: z.array(buildSchema),
});
/** What is noted: by their ids, images of ours whose history does not say so, and the layers of builds. */
export type MadeRecord = Pick<z.infer<typeof schema>, 'images' | 'builds'>;

/** Builds that are noted at most: the oldest is forgotten, and its layers are nobody's then. */
const mostBuilds = 500;

/**
 * What this station made that does not say so itself: images that BuildKit made, whose history does not name who gave
 * them their labels, and the layers that builds leave in the engine, which carry no label. Kept in
 * `<home>/made.json`. No call fails: what could not be noted is never removed by Slipway.
 */
export interface MadeImages {
  all(): Promise<MadeRecord>;
  noteImage(id: string): Promise<void>;
  noteBuild(build: BuildLayers): Promise<void>;
  /** Images and layers that are gone. */
  forget(ids: ReadonlySet<string>): Promise<void>;
}

export function createMadeImages(home: string): MadeImages {
  const file = createHomeFile({
    path: join(home, 'made.json'),
    schema,
    empty: { version: 1, images: [], builds: [] },
  });

  async function change(next: (record: MadeRecord) => MadeRecord): Promise<void> {
    try {
      await file.change((record) => ({ version: 1, ...next(record) }));
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }

  return {
    all: () => file.read(),
    noteImage: (id) =>
      change(({ images, builds }) => ({ images: [...images.filter((each) => each !== id), id], builds })),
    noteBuild: (build) =>
      change(({ images, builds }) => ({
        images,
        builds: [...builds.filter(({ job }) => job !== build.job), build].slice(-mostBuilds),
      })),
    forget: (ids) =>
      change(({ images, builds }) => ({
        images: images.filter((id) => !ids.has(id)),
        builds: builds
          .map((build) => ({ ...build, layers: build.layers.filter((id) => !ids.has(id)) }))
          .filter(({ layers }) => layers.length > 0),
      })),
  };
}
