import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { z } from 'zod';
import { replaceFile } from '../files/atomic-file.js';
import { readBoundedFile } from '../files/bounded-file.js';

const schema = z.object({
  version: z.literal(1),
  images: z.array(z.object({ id: z.string(), from: z.enum(['archive', 'registry']), at: z.number() })),
});
type Entry = z.infer<typeof schema>['images'][number];
const longest = 4 * 1024 ** 2;

/**
 * The images that this station loaded or pulled and that were not there before: they carry the label of the station
 * that made them, or none, and are this one's to remove all the same. Kept in `<home>/images.json`.
 */
export interface BroughtImages {
  /** A file that cannot be read counts as empty: then an image too few may be removed, never one too many. */
  ids(): Promise<ReadonlySet<string>>;
  add(entries: Entry[]): Promise<void>;
  remove(id: string): Promise<void>;
}

export function createBroughtImages(home: string): BroughtImages {
  const path = join(home, 'images.json');
  let entries: Promise<Entry[]> | null = null;
  let writing: Promise<void> = Promise.resolve();

  async function read(): Promise<Entry[]> {
    const file = await readBoundedFile(path, longest);
    if (!file.ok) return [];
    try {
      return schema.safeParse(JSON.parse(Buffer.from(file.value).toString('utf8'))).data?.images ?? [];
    } catch {
      return [];
    }
  }

  function change(next: (entries: Entry[]) => Entry[]): Promise<void> {
    const done = writing.then(async () => {
      const images = next(await (entries ??= read()));
      await mkdir(home, { recursive: true });
      await replaceFile(path, `${JSON.stringify({ version: 1, images }, null, 2)}\n`, 0o600);
      entries = Promise.resolve(images);
    });
    writing = done.catch(() => undefined);
    return done;
  }

  return {
    ids: async () => new Set((await (entries ??= read())).map(({ id }) => id)),
    add: (more) =>
      change((known) => [...known.filter(({ id }) => !more.some((entry) => entry.id === id)), ...more]),
    remove: (id) => change((known) => known.filter((entry) => entry.id !== id)),
  };
}
