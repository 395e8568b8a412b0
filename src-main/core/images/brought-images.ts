import { join } from 'node:path';
import { z } from 'zod';
import { createHomeFile } from '../files/home-file.js';
import { isSystemError } from '../ports/system-error.js';

const schema = z.object({
  version: z.literal(1),
  images: z.array(z.object({ id: z.string(), from: z.enum(['archive', 'registry']), at: z.number() })),
});
/** An image that came to this station by itself. */
export type BroughtImage = z.infer<typeof schema>['images'][number];

/**
 * The images that this station loaded or pulled and that were not there before: they carry the label of the station
 * that made them, or none, and are this one's to remove all the same. Kept in `<home>/images.json`, which is read each
 * time: the command line brings images beside a station that runs.
 */
export interface BroughtImages {
  /**
   * A file that cannot be read counts as empty, and one that cannot be written stays as it is: then an image too few
   * may be removed, never one too many. What was brought is there all the same.
   */
  all(): Promise<readonly BroughtImage[]>;
  add(entries: BroughtImage[]): Promise<void>;
  remove(id: string): Promise<void>;
}

export function createBroughtImages(home: string): BroughtImages {
  const file = createHomeFile({
    path: join(home, 'images.json'),
    schema,
    empty: { version: 1, images: [] },
  });
  async function change(next: (known: BroughtImage[]) => BroughtImage[]): Promise<void> {
    try {
      await file.change(({ images }) => ({ version: 1, images: next(images) }));
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }

  return {
    all: async () => (await file.read()).images,
    add: (more) =>
      change((known) => [...known.filter(({ id }) => !more.some((entry) => entry.id === id)), ...more]),
    remove: (id) => change((known) => known.filter((entry) => entry.id !== id)),
  };
}
