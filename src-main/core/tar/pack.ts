import { open, readdir, readlink, stat, lstat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { fail, fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import { hostFault } from './host-fault.js';
import { tarEnd, tarHeader, tarPadding, type TarEntry } from './tar-header.js';

/** The most files and folders that one transfer takes. */
const mostEntries = 200_000;

interface PlannedEntry extends Omit<TarEntry, 'uid' | 'gid'> {
  /** Where it is on the station. */
  path: string;
}

export interface PackPlan {
  entries: PlannedEntry[];
  /** Names of what will stand in the folder itself. */
  names: { name: string; isFolder: boolean }[];
  /** In bytes. */
  size: number;
  /** What cannot be carried: sockets, devices, pipes. */
  left: string[];
}

/**
 * Looks what is to be packed. Links are packed as links, but one that was named itself is followed. Expected
 * failures: `host-missing`, `host-forbidden`, `host-names-clash`, `files-too-many`.
 */
export async function planPack(sources: readonly string[]): Promise<Result<PackPlan>> {
  const plan: PackPlan = { entries: [], names: [], size: 0, left: [] };
  let place = '';
  try {
    for (const source of sources) {
      place = resolve(source);
      const name = basename(place);
      if (plan.names.some((other) => other.name === name)) return fail('host-names-clash', { name });
      const facts = await stat(place);
      if (facts.isFile() || facts.isDirectory()) plan.names.push({ name, isFolder: facts.isDirectory() });
      await add(place, name, facts);
      if (plan.entries.length > mostEntries) return fail('files-too-many', { most: mostEntries });
    }
  } catch (error) {
    return { ok: false, error: hostFault(error, place) };
  }
  return ok(plan);

  async function add(path: string, name: string, facts: Awaited<ReturnType<typeof stat>>): Promise<void> {
    if (plan.entries.length > mostEntries) return;
    const common = { path, mode: modeOf(facts), modifiedAt: Number(facts.mtimeMs), size: 0 };
    if (facts.isDirectory()) {
      plan.entries.push({ ...common, name: `${name}/`, type: 'folder' });
      for (const child of (await readdir(path)).sort()) {
        place = join(path, child);
        await add(place, `${name}/${child}`, await lstat(place));
      }
    } else if (facts.isSymbolicLink()) {
      plan.entries.push({ ...common, name, type: 'link', mode: 0o777, target: await readlink(path) });
    } else if (facts.isFile()) {
      plan.entries.push({ ...common, name, type: 'file', size: Number(facts.size) });
      plan.size += Number(facts.size);
    } else {
      plan.left.push(path);
    }
  }
}

/** Windows has no such bits: there a file can be read by all. */
function modeOf(facts: { mode: number | bigint; isDirectory(): boolean }): number {
  if (process.platform === 'win32') return facts.isDirectory() ? 0o755 : 0o644;
  return Number(facts.mode) & 0o777;
}

export interface Packing {
  readonly tar: Readable;
  /** Why it broke off, once it has. */
  problem(): Fault | null;
  /** The name of the file that is being sent. */
  current(): string | null;
}

/**
 * The tar of what was planned, made as it is read. A file that meanwhile shrank, grew or went away ends it with
 * `host-changed`: what was sent is not what anybody has.
 */
export function packTar(
  plan: PackPlan,
  owner: { uid: number; gid: number },
  onBytes: (count: number) => void,
): Packing {
  let problem: Fault | null = null;
  let current: string | null = null;

  async function* blocks(): AsyncGenerator<Buffer> {
    for (const { path, ...entry } of plan.entries) {
      if (entry.type !== 'file') {
        yield tarHeader({ ...entry, ...owner });
        continue;
      }
      const file = await open(path, 'r');
      try {
        yield tarHeader({ ...entry, ...owner });
        current = entry.name;
        let left = entry.size;
        for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 })) {
          const bytes = chunk as Buffer;
          left -= bytes.length;
          if (left < 0) break;
          onBytes(bytes.length);
          yield bytes;
        }
        if (left !== 0) throw new ChangedError(path);
        yield Buffer.alloc(tarPadding(entry.size));
        current = null;
      } finally {
        await file.close();
      }
    }
    yield tarEnd();
  }

  async function* guarded(): AsyncGenerator<Buffer> {
    try {
      yield* blocks();
    } catch (error) {
      problem =
        error instanceof ChangedError ? fault('host-changed', { path: error.path }) : hostFault(error, '');
      throw error;
    }
  }

  return {
    tar: Readable.from(guarded(), { objectMode: false, highWaterMark: 512 * 1024 }),
    problem: () => problem,
    current: () => current,
  };
}

class ChangedError extends Error {
  constructor(readonly path: string) {
    super(`${path} changed while it was read`);
  }
}
