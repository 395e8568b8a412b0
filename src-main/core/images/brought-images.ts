import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { z } from 'zod';
import { replaceFile } from '../files/atomic-file.js';
import { readBoundedFile } from '../files/bounded-file.js';

const schema = z.object({
  version: z.literal(1),
  images: z.array(z.object({ id: z.string(), from: z.enum(['archive', 'registry']), at: z.number() })),
});
/** An image that came to this station by itself. */
export type BroughtImage = z.infer<typeof schema>['images'][number];
const longest = 4 * 1024 ** 2;

/**
 * The images that this station loaded or pulled and that were not there before: they carry the label of the station
 * that made them, or none, and are this one's to remove all the same. Kept in `<home>/images.json`, which is read each
 * time: the command line brings images beside a station that runs.
 */
export interface BroughtImages {
  /** A file that cannot be read counts as empty: then an image too few may be removed, never one too many. */
  all(): Promise<readonly BroughtImage[]>;
  add(entries: BroughtImage[]): Promise<void>;
  remove(id: string): Promise<void>;
}

export function createBroughtImages(home: string): BroughtImages {
  const path = join(home, 'images.json');
  let writing: Promise<void> = Promise.resolve();

  async function read(): Promise<BroughtImage[]> {
    const file = await readBoundedFile(path, longest);
    if (!file.ok) return [];
    try {
      return schema.safeParse(JSON.parse(Buffer.from(file.value).toString('utf8'))).data?.images ?? [];
    } catch {
      return [];
    }
  }

  function change(next: (entries: BroughtImage[]) => BroughtImage[]): Promise<void> {
    const done = writing.then(async () => {
      const images = next(await read());
      await mkdir(home, { recursive: true });
      await replaceFile(path, `${JSON.stringify({ version: 1, images }, null, 2)}\n`, 0o600);
    });
    writing = done.catch(() => undefined);
    return done;
  }

  return {
    all: read,
    add: (more) =>
      change((known) => [...known.filter(({ id }) => !more.some((entry) => entry.id === id)), ...more]),
    remove: (id) => change((known) => known.filter((entry) => entry.id !== id)),
  };
}
