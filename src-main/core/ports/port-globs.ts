import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import picomatch from 'picomatch';
import type { ConcernsUs } from './folder-watches.js';
import { saysAbsent, saysForbidden } from './system-error.js';
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
  const wanted = createWantedFolders();
  const paths = new Set<string>();
  const isFolder = once(async (path) => (await ask(() => stat(path)))?.isDirectory() ?? false);
  const trueFolder = once((path) => ask(() => realpath(path)));

  const walk = async (folder: string, segments: PortGlob, byWildcard: boolean, depth = 0): Promise<void> => {
    const [segment, ...rest] = segments;
    if (segment === undefined) return;
    const isLast = rest.length === 0;
    if (segment.kind === 'literal') {
      const path = join(folder, segment.name);
      if (!isLast && (await isFolder(path))) return walk(path, rest, byWildcard);
      wanted.addName(folder, segment.name);
      if (isLast && (await exists(path))) paths.add(path);
      return;
    }
    const matches = segment.kind === 'pattern' ? segment.matches : () => true;
    const entries = await entriesOf(folder, byWildcard);
    if (entries === null) return;
    wanted.addPattern(folder, matches);
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
  /** The path, or the nearest one above it whose folder exists. */
  const nearestInFolder = async (path: string): Promise<string> => {
    const folder = dirname(path);
    return folder === path || (await isFolder(folder)) ? path : nearestInFolder(folder);
  };

  await Promise.all(
    [...paths].map(async (path) => {
      for (const target of await targetsOf(path)) {
        const awaited = await nearestInFolder(target);
        wanted.addName(dirname(awaited), basename(awaited));
        // Where a folder on the way is a link itself, `Port.node` is named by the true one.
        const folder = await trueFolder(dirname(awaited));
        if (folder !== null) wanted.addName(folder, basename(awaited));
      }
    }),
  );
  return { folders: wanted.folders(), paths: [...paths] };
}

/** Collects which entries of which folders matter: many names cost one look-up. */
function createWantedFolders() {
  const wanted = new Map<string, { names: Set<string>; patterns: ConcernsUs[] }>();
  const of = (folder: string) => {
    const entry = wanted.get(folder) ?? { names: new Set(), patterns: [] };
    wanted.set(folder, entry);
    return entry;
  };
  return {
    addName: (folder: string, name: string): void => void of(folder).names.add(name),
    addPattern: (folder: string, matches: ConcernsUs): void => void of(folder).patterns.push(matches),
    folders: (): Map<string, ConcernsUs> =>
      new Map(
        [...wanted].map(([folder, { names, patterns }]) => [
          folder,
          (name) => names.has(name) || patterns.some((matches) => matches(name)),
        ]),
      ),
  };
}

/** Asks the system once for each path: sixteen links into one folder are the usual case. */
function once<Answer>(question: (path: string) => Promise<Answer>): (path: string) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>();
  return (path) => {
    const answer = answers.get(path) ?? question(path);
    answers.set(path, answer);
    return answer;
  };
}

/** The paths that a chain of links leads over, the last of them maybe missing; none for what is no link. */
async function targetsOf(path: string): Promise<string[]> {
  const targets: string[] = [];
  let link = path;
  while (targets.length < LONGEST_CHAIN) {
    const from = link;
    if ((await ask(() => lstat(from)))?.isSymbolicLink() !== true) break;
    const target = await ask(() => readlink(from));
    if (target === null) break;
    link = resolve(dirname(from), target);
    targets.push(link);
  }
  return targets;
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
