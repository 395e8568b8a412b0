import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import picomatch from 'picomatch';
import { isSystemError, saysAbsent, saysForbidden } from './system-error.js';
import type { WatchPlan } from './watched-port-source.js';

/** How deep `**` goes. */
const DEEPEST_WALK = 6;
/** How many links in a row are followed, as in the kernel (path_resolution(7)). */
const LONGEST_CHAIN = 40;

/** One part of a glob between two separators. */
type Segment =
  | { kind: 'literal'; name: string }
  | { kind: 'pattern'; matches: (name: string) => boolean }
  | { kind: 'any-depth' };

/** A glob, taken apart; its alternatives in braces may not span a separator. */
export type PortGlob = Segment[];

/** Takes a glob with an absolute path apart: `*`, `?`, `[…]`, `{…,…}` within a part, `**` as a part. */
export function parsePortGlob(glob: string): PortGlob {
  return resolve(glob)
    .split('/')
    .filter((part) => part !== '')
    .map((part): Segment => {
      if (part === '**') return { kind: 'any-depth' };
      if (!picomatch.scan(part).isGlob) return { kind: 'literal', name: part };
      return { kind: 'pattern', matches: picomatch(part) };
    });
}

/**
 * What the globs find now and which folders tell when that changes: every folder in which a part of a
 * glob may appear (of a fixed path only the deepest that exists) and every folder in which the target of
 * a found link may appear or vanish. A folder that only a wildcard leads to and that this user may not
 * read is passed over; one that a fixed path names throws what the system says.
 */
export async function planPortGlobs(globs: readonly PortGlob[]): Promise<WatchPlan> {
  const folders: WatchPlan['folders'] = new Map();
  const paths = new Set<string>();

  const want = (folder: string, concerns: (name: string) => boolean): void => {
    const before = folders.get(folder);
    folders.set(folder, before === undefined ? concerns : (name) => before(name) || concerns(name));
  };

  const walk = async (folder: string, segments: PortGlob, byWildcard: boolean, depth = 0): Promise<void> => {
    const [segment, ...rest] = segments;
    if (segment === undefined) return;
    const isLast = rest.length === 0;
    if (segment.kind === 'literal') {
      const path = join(folder, segment.name);
      if (!isLast && (await isFolder(path))) return walk(path, rest, byWildcard);
      want(folder, (name) => name === segment.name);
      if (isLast && (await exists(path))) paths.add(path);
      return;
    }
    const matches = segment.kind === 'pattern' ? segment.matches : () => true;
    const entries = await entriesOf(folder, byWildcard);
    if (entries === null) return;
    want(folder, matches);
    if (segment.kind === 'any-depth') {
      await walk(folder, rest, true);
      if (depth === DEEPEST_WALK) return;
      const inside = entries.filter((entry) => entry.isDirectory());
      await Promise.all(inside.map(({ name }) => walk(join(folder, name), segments, true, depth + 1)));
      return;
    }
    for (const { name } of entries.filter((entry) => matches(entry.name))) {
      const path = join(folder, name);
      if (isLast) paths.add(path);
      else if (await isFolder(path)) await walk(path, rest, true);
    }
  };

  await Promise.all(globs.map((glob) => walk('/', glob, false)));
  await Promise.all(
    [...paths].map(async (path) => {
      for (const target of await targetsOf(path)) {
        const awaited = await nearestInFolder(target);
        want(dirname(awaited), (name) => name === basename(awaited));
      }
    }),
  );
  return { folders, paths: [...paths] };
}

/** The paths that a chain of links leads over, the last of them maybe missing; none for what is no link. */
async function targetsOf(path: string): Promise<string[]> {
  const targets: string[] = [];
  let link = path;
  while (targets.length < LONGEST_CHAIN) {
    const target = await linkTarget(link);
    if (target === null) break;
    link = resolve(dirname(link), target);
    targets.push(link);
  }
  // The node's true folder, where a folder on the way is a link itself: `Port.node` is named like that.
  const node = targets.length === 0 ? null : await ask(() => realpath(path));
  return node === null || node === link ? targets : [...targets, node];
}

async function linkTarget(path: string): Promise<string | null> {
  try {
    return await readlink(path);
  } catch (error) {
    // EINVAL: there is something, but it is no link.
    if (saysAbsent(error) || (isSystemError(error) && error.code === 'EINVAL')) return null;
    throw error;
  }
}

/** The path, or the nearest one above it whose folder exists. */
async function nearestInFolder(path: string): Promise<string> {
  const folder = dirname(path);
  return folder === path || (await isFolder(folder)) ? path : nearestInFolder(folder);
}

async function isFolder(path: string): Promise<boolean> {
  return (await ask(() => stat(path)))?.isDirectory() ?? false;
}

async function exists(path: string): Promise<boolean> {
  return (await ask(() => lstat(path))) !== null;
}

async function entriesOf(folder: string, byWildcard: boolean) {
  try {
    return await ask(() => readdir(folder, { withFileTypes: true }));
  } catch (error) {
    if (byWildcard && saysForbidden(error)) return null;
    throw error;
  }
}

async function ask<Answer>(question: () => Promise<Answer>): Promise<Answer | null> {
  try {
    return await question();
  } catch (error) {
    if (saysAbsent(error)) return null;
    throw error;
  }
}
