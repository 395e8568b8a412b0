import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { pack as createPack, type Header } from 'tar-stream';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { createSha256, sha256Of, sha256OfFile } from '../files/sha256.js';
import { isSystemError } from '../ports/system-error.js';
import type { InputsManifest } from './inputs.js';
import { parseIgnoreRules, type IgnoreRules } from './ignore-rules.js';

/** One thing that is sent: a folder, a file or a link. */
interface ContextEntry {
  /** Relative to the context, with `/` between names. */
  name: string;
  path: string;
  type: 'file' | 'directory' | 'symlink';
  /** Permission bits. */
  mode: number;
  /** In bytes; 0 for all but files. */
  size: number;
  modified: Date;
  target: string | null;
}

/** What a build sends to the engine, known by name and size before a byte is sent. */
export interface BuildContext {
  readonly folder: string;
  /** As the engine finds it in the context. */
  readonly dockerfile: string;
  readonly entries: readonly ContextEntry[];
  /** Bytes of all files together. */
  readonly size: number;
  /** Sockets and devices: no builder could use them. */
  readonly leftOut: readonly string[];
}

/** A file changed or vanished between the look at it and its sending. */
export class ContextChanged extends Error {
  constructor(readonly path: string) {
    super(path);
  }
}

/**
 * Looks through a context. Fails with `build-context-missing`, `build-context-unreadable`, `build-dockerfile-missing`.
 *
 * @param dockerfile relative to the folder, or absolute; one outside of the context is sent along under a name of its own
 */
export async function readBuildContext(
  folder: string,
  dockerfile: string,
  signal: AbortSignal,
): Promise<Result<BuildContext>> {
  const root = resolve(folder);
  if (!(await isFolder(root))) return fail('build-context-missing', { path: root });
  const dockerfilePath = resolve(root, dockerfile);
  const inside = nameBelow(root, dockerfilePath);
  const name = inside ?? `.slipway-${basename(dockerfilePath)}`;
  const found: ContextEntry[] = [];
  const leftOut: string[] = [];
  try {
    if (!(await isFile(dockerfilePath))) return fail('build-dockerfile-missing', { path: dockerfilePath });
    const rules = parseIgnoreRules(await ignoreFile(root), [name, '.dockerignore']);
    await walk(root, '', rules, found, leftOut, signal);
    if (inside === null) found.push(await entryOf(dockerfilePath, name));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail('build-context-unreadable', { path: error.path ?? root, reason: error.code }, error.message);
  }
  const size = found.reduce((sum, entry) => sum + entry.size, 0);
  return ok({ folder: root, dockerfile: name, entries: found, size, leftOut });
}

async function walk(
  root: string,
  folder: string,
  rules: IgnoreRules,
  found: ContextEntry[],
  leftOut: string[],
  signal: AbortSignal,
): Promise<void> {
  const names = (await readdir(join(root, folder))).sort();
  for (const child of names) {
    if (signal.aborted) return;
    const name = folder === '' ? child : `${folder}/${child}`;
    const ignored = rules.ignores(name);
    const path = join(root, name);
    const stats = await lstat(path);
    if (stats.isDirectory()) {
      if (ignored && !rules.mayHoldExceptions(name)) continue;
      if (!ignored) found.push(await entryOf(path, name));
      await walk(root, name, rules, found, leftOut, signal);
      continue;
    }
    if (ignored) continue;
    if (stats.isFile() || stats.isSymbolicLink()) found.push(await entryOf(path, name));
    else leftOut.push(name);
  }
}

async function entryOf(path: string, name: string): Promise<ContextEntry> {
  const stats = await lstat(path);
  const type = stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'symlink' : 'file';
  return {
    name,
    path,
    type,
    mode: stats.mode & 0o7777,
    size: type === 'file' ? stats.size : 0,
    modified: stats.mtime,
    target: type === 'symlink' ? await readlink(path) : null,
  };
}

/** What a build is made from, as far as it decides what comes out. */
export interface HashedInputs {
  /** Of all of it together: SHA-256, hexadecimal. */
  inputs: string;
  /** Of each file's content, by its name. */
  files: ReadonlyMap<string, string>;
  manifest: InputsManifest;
}

/** Whether what the context and the build's arguments amount to is the same as before: SHA-256, hexadecimal. */
export async function hashInputs(
  context: BuildContext,
  buildArgs: Record<string, string>,
  options: { signal: AbortSignal; onBytes?: (bytes: number) => void; fileHash?: typeof sha256OfFile },
): Promise<Result<HashedInputs>> {
  const { signal, onBytes, fileHash = sha256OfFile } = options;
  const files = new Map<string, string>();
  const entries: Record<string, string> = {};
  const whole = createSha256();
  whole.update(JSON.stringify([context.dockerfile, Object.entries(buildArgs).sort()]));
  let path = context.folder;
  try {
    for (const entry of context.entries) {
      path = entry.path;
      if (signal.aborted) return fail('station-stopping');
      const content =
        entry.type === 'file' ? await fileHash(entry.path, { signal, onBytes }) : (entry.target ?? '');
      if (entry.type === 'file') files.set(entry.name, content);
      whole.update(`\n${JSON.stringify([entry.name, entry.type, entry.mode, content])}`);
      entries[entry.name] = [entry.type, entry.mode.toString(8), content].join(' ');
    }
  } catch (error) {
    if (signal.aborted) return fail('station-stopping');
    if (!isSystemError(error)) throw error;
    // A disk that fails while a file is read says nothing of its path.
    return fail('build-context-unreadable', { path: error.path ?? path, reason: error.code }, error.message);
  }
  const args = Object.fromEntries(Object.entries(buildArgs).map(([name, value]) => [name, sha256Of(value)]));
  const manifest: InputsManifest = { version: 1, dockerfile: context.dockerfile, args, entries };
  return ok({ inputs: whole.digest(), files, manifest });
}

/**
 * The context as a tar, file by file as it is read: never more of it in memory than the stream's buffers. Owners are
 * left out, as the engine's own client does. The stream breaks with `ContextChanged` when a file is another than
 * the one that was hashed.
 */
export function packContext(
  context: BuildContext,
  files: ReadonlyMap<string, string>,
  onBytes: (bytes: number) => void,
): Readable {
  const pack = createPack();
  const headersOf = ({
    name,
    mode,
    modified,
    target,
    type,
    size,
  }: ContextEntry): Partial<Header> & { name: string } => ({
    name,
    mode,
    mtime: modified,
    type,
    size,
    uid: 0,
    gid: 0,
    ...(target === null ? {} : { linkname: target }),
  });

  /** Read anew: it changes while something is awaited. */
  const isGone = (): boolean => pack.destroyed;

  async function send(): Promise<void> {
    for (const entry of context.entries) {
      if (isGone()) return;
      if (entry.type !== 'file') {
        pack.entry(headersOf(entry));
        continue;
      }
      const hash = createSha256();
      let sent = 0;
      const source = createReadStream(entry.path);
      source.on('data', (chunk: string | Buffer) => {
        hash.update(chunk);
        sent += chunk.length;
        onBytes(chunk.length);
      });
      try {
        await pipeline(source, pack.entry(headersOf(entry)));
      } catch (error) {
        if (isGone()) return;
        // The tar's own complaint is about a size that changed; the system's about a file that went away.
        throw isSystemError(error) || sent !== entry.size ? new ContextChanged(entry.path) : error;
      }
      if (hash.digest() !== files.get(entry.name)) throw new ContextChanged(entry.path);
    }
    pack.finalize();
  }

  send().catch((error: unknown) => pack.destroy(error instanceof Error ? error : new Error(String(error))));
  return pack as unknown as Readable;
}

/** Null where the path is not below the root. */
function nameBelow(root: string, path: string): string | null {
  const name = relative(root, path);
  if (name === '' || name === '..' || name.startsWith(`..${sep}`) || isAbsolute(name)) return null;
  return name.split(sep).join('/');
}

async function ignoreFile(root: string): Promise<string> {
  try {
    return await readFile(join(root, '.dockerignore'), 'utf8');
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return '';
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await typeOf(path)) === 'folder';
}

async function isFile(path: string): Promise<boolean> {
  return (await typeOf(path)) === 'file';
}

async function typeOf(path: string): Promise<'folder' | 'file' | 'none'> {
  try {
    const stats = await stat(path);
    return stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'none';
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return 'none';
  }
}
