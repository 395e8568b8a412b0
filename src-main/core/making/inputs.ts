import { mkdir, readdir, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { InputChange } from '../../../src-shared/model/making.js';
import { replaceFile } from '../files/atomic-file.js';
import { readJsonFile } from '../files/json-file.js';
import { isSystemError } from '../ports/system-error.js';

/** On an image that was built here: what it was built from, see `hashInputs`. */
export const inputsLabel = 'io.slipway.build.inputs';

const manifestSchema = z.object({
  version: z.literal(1),
  /** As the engine found it in the context. */
  dockerfile: z.string(),
  /** Hashes: an argument's value may be a secret. */
  args: z.record(z.string(), z.string()),
  /** What each entry of the context was, by its path. */
  entries: z.record(z.string(), z.string()),
});
/** What an image was built from, piece by piece: enough to say later which piece is another one. */
export type InputsManifest = z.infer<typeof manifestSchema>;

/** As many manifests as are kept: those of the images that were built last. */
const kept = 60;
/** The longest manifest that is kept or read, in bytes: a hundred thousand files. */
const longest = 16 * 1024 ** 2;

/** The manifests of what was built here, by the hash that is the image's label. */
export interface InputsStore {
  /** Cannot fail a build: without the manifest nobody can say which input changed, but still that one did. */
  save(inputs: string, manifest: InputsManifest): Promise<void>;
  /** Null for what was built elsewhere, or too long ago. */
  find(inputs: string): Promise<InputsManifest | null>;
}

/** Kept in `<home>/builds/`. */
export function createInputsStore(home: string): InputsStore {
  const folder = join(home, 'builds');
  const fileOf = (inputs: string): string => join(folder, `${inputs}.json`);

  async function prune(): Promise<void> {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
    const aged = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })),
    );
    aged.sort((one, other) => other.at - one.at);
    for (const { name } of aged.slice(kept)) await unlink(join(folder, name));
  }

  return {
    async save(inputs, manifest) {
      const text = JSON.stringify(manifest);
      if (Buffer.byteLength(text) > longest) return;
      try {
        await mkdir(folder, { recursive: true });
        await replaceFile(fileOf(inputs), text, 0o600);
        // Built from just these again: it counts as new.
        await utimes(fileOf(inputs), new Date(), new Date());
        await prune();
      } catch (error) {
        if (!isSystemError(error)) throw error;
      }
    },
    async find(inputs) {
      if (!/^[0-9a-f]{64}$/.test(inputs)) return null;
      return (await readJsonFile(fileOf(inputs), longest, manifestSchema)) ?? null;
    },
  };
}

/** What is another than it was, the Dockerfile and the arguments first, then by path. Pure. */
export function compareInputs(before: InputsManifest, now: InputsManifest): InputChange[] {
  const changes = differences(before.entries, now.entries).map(({ key, how }): InputChange => ({
    what: key === now.dockerfile ? 'dockerfile' : 'file',
    name: key,
    how,
  }));
  if (before.dockerfile !== now.dockerfile && !changes.some(({ what }) => what === 'dockerfile')) {
    changes.push({ what: 'dockerfile', name: now.dockerfile, how: 'changed' });
  }
  const args = differences(before.args, now.args).map(({ key, how }): InputChange => ({
    what: 'argument',
    name: key,
    how,
  }));
  const rank = { dockerfile: 0, argument: 1, file: 2 };
  return [...changes, ...args].sort(
    (one, other) => rank[one.what] - rank[other.what] || (one.name < other.name ? -1 : 1),
  );
}

function differences(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): { key: string; how: InputChange['how'] }[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...keys].flatMap((key) => {
    if (before[key] === now[key]) return [];
    return [
      { key, how: before[key] === undefined ? 'added' : now[key] === undefined ? 'removed' : 'changed' },
    ];
  });
}
