import { createHash } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, readdir, readlink, stat } from 'node:fs/promises';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import { createContentCache, type ContentCache } from './content-cache.js';

/** What a folder holds, in one number. */
export interface ContentHash {
  /** SHA-256 of the manifest, hexadecimal. */
  hash: string;
  /** Regular files, and their bytes together. */
  files: number;
  bytes: number;
}

export interface HashContentOptions {
  /** A folder, or one file. */
  folder: string;
  /** Ends the reading; the answer is then `run-interrupted`. */
  signal: AbortSignal;
  /** What files held when they were read before; shared by every call that may meet the same files. */
  cache: ContentCache;
  clock: Clock;
}

/** Hashes what is flashed and keeps what it read, so that asking again costs little while nothing changed. */
export interface ContentHasher {
  hash(folder: string, signal: AbortSignal): Promise<Result<ContentHash>>;
}

/** One for all runs of a station: those that begin together read each file once. */
export function createContentHasher({ clock }: { clock: Clock }): ContentHasher {
  const cache = createContentCache();
  return { hash: (folder, signal) => hashContent({ folder, signal, cache, clock }) };
}

/** Files read at a time: enough to hide the disk's latency, too few to keep other work from the thread pool. */
const concurrency = 3;
const chunkSize = 256 * 1024;
/** How often a folder that changes while it is read is read again. */
const attempts = 3;
/** A file changed less than this ago (ms) may change again without another time stamp: FAT counts in 2 s. */
const stampResolution = 2000;

/**
 * SHA-256 over a manifest of everything below `folder`: for each entry, sorted by the bytes of its path,
 * path, kind, whether it can be executed, size and content (a file's SHA-256, a link's target). Its exact
 * form is in docs/records.md. Links are never followed; pipes, sockets and devices are named, not opened.
 * Times and owners are left out: a copy has the same hash.
 *
 * `workspace-missing`; `workspace-unreadable` when the system refuses a part; `content-changed` when it
 * goes on changing while it is read.
 */
export async function hashContent(options: HashContentOptions): Promise<Result<ContentHash>> {
  const { folder, signal } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return ok(await hashOnce(options));
    } catch (error) {
      if (signal.aborted) return fail('run-interrupted');
      if (error instanceof ContentChanged) {
        if (attempt < attempts) continue;
        return fail('content-changed', { path: error.path });
      }
      if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) throw error;
      if (await isMissing(folder)) return fail('workspace-missing', { path: folder }, error.message);
      return fail('workspace-unreadable', { path: folder }, error.message);
    }
  }
}

/** An entry was not what it had just been. */
class ContentChanged extends Error {
  constructor(readonly path: string) {
    super(`${path} changed while it was read`);
  }
}

interface Entry {
  /** Relative to the folder; each character is one byte (`latin1`), since a name need not be UTF-8. */
  path: string;
  stats: BigIntStats;
}

async function hashOnce({ folder, signal, cache, clock }: HashContentOptions): Promise<ContentHash> {
  const began = clock.now();
  const root = Buffer.from(folder).toString('latin1');
  const entries: Entry[] = [];
  const top = await stat(folder, { bigint: true });
  if (top.isDirectory()) await collect(root, '', entries, signal);
  else entries.push({ path: '', stats: top });
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));

  const contents = await inParallel(entries, async ({ path, stats }) => {
    signal.throwIfAborted();
    const full = path === '' ? root : `${root}/${path}`;
    if (stats.isSymbolicLink()) return vanishing(full, readlink(bytesOf(full), 'latin1'));
    if (!stats.isFile()) return '';
    const identity = identityOf(stats);
    const settled = began - Number(newest(stats) / 1_000_000n) >= stampResolution;
    const read = (): Promise<string> => hashFile(full, identity, path === '', signal);
    return settled ? cache.get(identity, signal, read) : read();
  });

  const manifest = createHash('sha256').update('slipway content 1\n');
  const result = { files: 0, bytes: 0 };
  entries.forEach(({ path, stats }, index) => {
    const fields = [
      path,
      kindOf(stats),
      isExecutable(stats) ? 'x' : '-',
      sizeOf(stats),
      contents[index] ?? '',
    ];
    manifest.update(bytesOf(`${fields.join('\0')}\n`));
    if (!stats.isFile()) return;
    result.files += 1;
    result.bytes += Number(stats.size);
  });
  return { hash: manifest.digest('hex'), ...result };
}

async function collect(root: string, path: string, entries: Entry[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const folder = path === '' ? root : `${root}/${path}`;
  const names = await vanishing(folder, readdir(bytesOf(folder), { encoding: 'latin1' }));
  const found = await inParallel(names, async (name) => ({
    path: path === '' ? name : `${path}/${name}`,
    stats: await vanishing(`${folder}/${name}`, lstat(bytesOf(`${folder}/${name}`), { bigint: true })),
  }));
  entries.push(...found);
  for (const entry of found) if (entry.stats.isDirectory()) await collect(root, entry.path, entries, signal);
}

/** Reads a file whole. What it is must be the same before and after. */
async function hashFile(
  path: string,
  identity: string,
  followLink: boolean,
  signal: AbortSignal,
): Promise<string> {
  // Not blocking, should it have become a pipe that nobody writes; not through a link, should it have become one.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (followLink ? 0 : constants.O_NOFOLLOW);
  const file = await vanishing(path, open(bytesOf(path), flags));
  try {
    const same = async (): Promise<boolean> => identityOf(await file.stat({ bigint: true })) === identity;
    if (!(await same())) throw new ContentChanged(textOf(path));
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(chunkSize);
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) break;
      hash.update(chunk.subarray(0, bytesRead));
    }
    if (!(await same())) throw new ContentChanged(textOf(path));
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}

/** What was there a moment ago and is not, or is a link now, has changed. */
async function vanishing<Value>(path: string, work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') throw new ContentChanged(textOf(path));
    throw error;
  }
}

async function inParallel<Item, Value>(
  items: readonly Item[],
  work: (item: Item) => Promise<Value>,
): Promise<Value[]> {
  const values: Value[] = [];
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        values[index] = await work(items[index] as Item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  // All settle before the first failure is passed on: nothing reads on behind a caller that has its answer.
  const done = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  for (const one of done) if (one.status === 'rejected') throw one.reason;
  return values;
}

/** The same as long as nobody touched the file: every write sets `ctime`, which no program can set back. */
function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

function newest({ mtimeNs, ctimeNs }: BigIntStats): bigint {
  return mtimeNs > ctimeNs ? mtimeNs : ctimeNs;
}

function kindOf(stats: BigIntStats): string {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return 'link';
  return 'other';
}

function isExecutable(stats: BigIntStats): boolean {
  return stats.isFile() && (stats.mode & 0o111n) !== 0n;
}

function sizeOf(stats: BigIntStats): string {
  return stats.isFile() ? String(stats.size) : '0';
}

async function isMissing(folder: string): Promise<boolean> {
  try {
    const stats = await stat(folder);
    return !stats.isDirectory() && !stats.isFile();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' || code === 'ENOTDIR';
  }
}

function bytesOf(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}

function textOf(path: string): string {
  return bytesOf(path).toString('utf8');
}
