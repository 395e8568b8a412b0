import { open, type FileHandle } from 'node:fs/promises';
import { constants } from 'node:fs';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { fail, fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import { createSha256, sha256Of } from '../files/sha256.js';
import { isSystemError } from '../ports/system-error.js';
import {
  archiveManifestSchema,
  archiveVersion,
  engineManifestName,
  engineManifestSchema,
  longestManifest,
  manifestHashName,
  manifestName,
  type ArchiveManifest,
  type ArchivePart,
} from './archive-format.js';
import { asError, copyEntry, feed, targetOf } from './tar-copy.js';

/** An archive whose every part has been read and found to be what its manifest says. */
export interface VerifiedArchive {
  manifest: ArchiveManifest;
  /** Of the whole file. */
  bytes: number;
  /** The engine's own archive in it, to be loaded: read once more, from the very file that was verified. */
  content(): Readable;
  close(): Promise<void>;
}

/** Why an archive is refused, found while it is read. */
class Refused extends Error {
  constructor(readonly fault: Fault) {
    super(fault.code);
  }
}

/**
 * Opens an archive and reads it to its end. Expected failures: `saved-file-unreadable`; `archive-foreign` (no manifest of
 * ours), `archive-newer`, `archive-cut-off`, `archive-part-damaged`, `archive-part-missing`,
 * `archive-part-unexpected`, `archive-manifest-wrong`; `station-stopping` when the signal aborts.
 */
export async function openArchive(
  file: string,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (done: number, total: number) => void },
): Promise<Result<VerifiedArchive>> {
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { ok: false, error: fault('saved-file-unreadable', { file, reason: error.code }, error.message) };
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Refused(fault('saved-file-unreadable', { file, reason: 'not-a-file' }));
    const bytes = stats.size;
    const manifest = await verify(handle, file, signal, (done) => onProgress(done, bytes));
    return ok({
      manifest,
      bytes,
      content: () => contentOf(handle),
      close: () => handle.close(),
    });
  } catch (error) {
    await handle.close();
    if (signal.aborted) return fail('station-stopping');
    if (error instanceof Refused) return { ok: false, error: error.fault };
    if (isSystemError(error)) {
      return {
        ok: false,
        error: fault('saved-file-unreadable', { file, reason: error.code }, error.message),
      };
    }
    throw error;
  }
}

function streamOf(handle: FileHandle): Readable {
  return handle.createReadStream({ start: 0, autoClose: false, highWaterMark: 1024 ** 2 });
}

async function verify(
  handle: FileHandle,
  file: string,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<ArchiveManifest> {
  const { extract: createExtract } = await import('tar-stream');
  const extract = createExtract();
  const found = new Map<string, ArchivePart>();
  const texts = new Map<string, Buffer>();
  let read = 0;

  async function look(): Promise<void> {
    for await (const entry of extract) {
      const { name, type, size } = entry.header;
      if (found.has(name) || texts.has(name)) {
        throw new Refused(fault('archive-part-unexpected', { file, part: name }));
      }
      const isOurs = name === manifestName || name === manifestHashName;
      // Small enough to be kept: what says what is in it.
      const keep = isOurs || name === engineManifestName;
      if (keep && size > longestManifest) throw new Refused(fault('archive-manifest-wrong', { file }));
      const hash = createSha256();
      const kept: Buffer[] = [];
      for await (const chunk of entry as AsyncIterable<Buffer>) {
        hash.update(chunk);
        if (keep) kept.push(chunk);
      }
      if (keep) texts.set(name, Buffer.concat(kept));
      if (isOurs) continue;
      if (type !== 'file') hash.update(targetOf(entry.header));
      found.set(name, {
        path: name,
        type: type as ArchivePart['type'],
        size: type === 'file' ? size : 0,
        sha256: hash.digest(),
      });
    }
  }

  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of streamOf(handle)) {
      signal.throwIfAborted();
      const piece = chunk as Buffer;
      read += piece.length;
      onProgress(read);
      yield piece;
    }
  }

  const problems: unknown[] = [];
  const give = (error: unknown): void => {
    problems.push(error);
    extract.destroy(asError(error));
  };
  await Promise.all([look().catch(give), feed(counted(), extract).catch(give)]);
  signal.throwIfAborted();
  const reason = problems.find((problem) => problem instanceof Refused) ?? problems[0];
  if (reason instanceof Refused) throw reason;
  if (reason !== undefined) {
    if (isSystemError(reason)) throw reason;
    // The frame itself is broken; tar-stream says how in words alone.
    const said = reason instanceof Error ? reason.message : '';
    if (!/^(Unexpected end|Invalid tar header|Premature close|Writable stream closed)/.test(said))
      throw asError(reason);
    const last = [...found.keys()].at(-1);
    if (last === undefined && /header/.test(said)) throw new Refused(fault('archive-foreign', { file }));
    if (last !== undefined && /header/.test(said)) {
      throw new Refused(fault('archive-part-damaged', { file, part: last }));
    }
    throw new Refused(fault('archive-cut-off', { file }));
  }
  return compare(file, found, texts);
}

function compare(
  file: string,
  found: ReadonlyMap<string, ArchivePart>,
  texts: ReadonlyMap<string, Buffer>,
): ArchiveManifest {
  const text = texts.get(manifestName);
  const hash = texts.get(manifestHashName);
  if (text === undefined && hash === undefined) {
    // An archive of the engine's that was not made here, or one that ends too soon at the border of a part.
    throw new Refused(fault('archive-foreign', { file }));
  }
  const wrong = new Refused(fault('archive-manifest-wrong', { file }));
  if (text === undefined || hash === undefined) throw new Refused(fault('archive-cut-off', { file }));
  if (sha256Of(text) !== hash.toString('utf8').trim()) throw wrong;
  const parsed = jsonOf(text);
  const version = z.object({ version: z.number() }).safeParse(parsed).data?.version ?? 0;
  if (version > archiveVersion) throw new Refused(fault('archive-newer', { file, version }));
  const manifest = archiveManifestSchema.safeParse(parsed).data;
  if (manifest === undefined) throw wrong;
  const expected = new Map(manifest.parts.map((part) => [part.path, part]));
  for (const part of manifest.parts) {
    const there = found.get(part.path);
    if (there === undefined) throw new Refused(fault('archive-part-missing', { file, part: part.path }));
    if (there.type !== part.type || there.size !== part.size || there.sha256 !== part.sha256) {
      throw new Refused(fault('archive-part-damaged', { file, part: part.path }));
    }
  }
  for (const path of found.keys()) {
    if (!expected.has(path)) throw new Refused(fault('archive-part-unexpected', { file, part: path }));
  }
  if (!fitsEngine(manifest, texts.get(engineManifestName), expected)) throw wrong;
  return manifest;
}

/** Whether the engine's own list speaks of the same images by the same names: it is what will be loaded. */
function fitsEngine(
  { images }: ArchiveManifest,
  text: Buffer | undefined,
  parts: ReadonlyMap<string, ArchivePart>,
): boolean {
  const list = text === undefined ? undefined : engineManifestSchema.safeParse(jsonOf(text)).data;
  if (list === undefined || list.length !== images.length) return false;
  const hashes = new Set([...parts.values()].map(({ sha256 }) => `sha256:${sha256}`));
  return images.every((image) => {
    // An image's id is the hash of its configuration, or of its manifest where the engine keeps images that way.
    const entry = list.find(({ Config }) => `sha256:${parts.get(Config)?.sha256 ?? ''}` === image.id);
    const names = entry?.RepoTags ?? list.flatMap(({ RepoTags }) => RepoTags);
    return (
      hashes.has(image.id) &&
      image.names.every((name) => names.includes(name)) &&
      (entry === undefined || entry.RepoTags.every((name) => image.names.includes(name)))
    );
  });
}

function jsonOf(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The archive without what is ours: the engine need not be asked what it makes of it. */
function contentOf(handle: FileHandle): Readable {
  async function* content(): AsyncGenerator<Buffer> {
    const { extract: createExtract, pack: createPack } = await import('tar-stream');
    const extract = createExtract();
    const pack = createPack();
    const copy = async (): Promise<void> => {
      for await (const entry of extract) {
        if (entry.header.name === manifestName || entry.header.name === manifestHashName) entry.resume();
        else await copyEntry(entry, pack, () => undefined);
      }
      pack.finalize();
    };
    const give = (error: unknown): void => {
      extract.destroy(asError(error));
      pack.destroy(asError(error));
    };
    const work = [feed(streamOf(handle), extract), copy()].map((each) => each.catch(give));
    try {
      yield* pack as AsyncIterable<Buffer>;
    } finally {
      extract.destroy();
      pack.destroy();
      await Promise.all(work);
    }
  }
  return Readable.from(content(), { objectMode: false });
}
