import { randomBytes } from 'node:crypto';
import { link, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fail, fault, ok, type Result } from '../../../src-shared/model/result.js';
import { createSha256, sha256Of } from '../files/sha256.js';
import { isSystemError } from '../ports/system-error.js';
import { hostFault } from '../tar/host-fault.js';
import {
  archiveFormat,
  archiveVersion,
  manifestHashName,
  manifestName,
  type ArchiveManifest,
  type ArchivePart,
} from './archive-format.js';
import { asError, copyEntry, feed, putText, targetOf } from './tar-copy.js';

/** What a part of the engine's archive may be; its own writer makes nothing else. */
const partTypes: readonly string[] = ['file', 'directory', 'symlink', 'link'];

/**
 * Writes the engine's archive to a file together with its manifest. The file is there whole, and on the disk, or not
 * at all. Expected failures: `archive-unwritable`, `host-no-space`, `archive-exists`, `engine-lost` when the engine's stream breaks off,
 * `station-stopping` when the signal aborts.
 */
export async function writeArchive(options: {
  file: string;
  /** An older file of that name may go. */
  replace: boolean;
  archive: Readable;
  about: Omit<ArchiveManifest, 'format' | 'version' | 'parts'>;
  signal: AbortSignal;
  onProgress: (bytes: number) => void;
}): Promise<Result<{ bytes: number }>> {
  const { file, replace, archive, signal } = options;
  const temporary = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const target = await open(temporary, 'wx', 0o600);
    let bytes: number;
    try {
      bytes = await fill(target, options);
      await target.sync();
    } finally {
      await target.close();
    }
    signal.throwIfAborted();
    if (replace) await rename(temporary, file);
    else {
      // Unlike renaming, linking never takes the place of a file that came meanwhile.
      await link(temporary, file);
      await unlink(temporary);
    }
    return ok({ bytes });
  } catch (error) {
    await unlink(temporary).catch((other: unknown) => {
      if (!isSystemError(other)) throw other;
    });
    if (signal.aborted) return fail('station-stopping');
    if (!isSystemError(error)) {
      if (error instanceof BrokenArchive || isBrokenStream(error)) return fail('engine-lost');
      throw error;
    }
    if (error.code === 'EEXIST') return fail('archive-exists', { file });
    if (isNetwork(error.code)) return fail('engine-lost', undefined, error.message);
    if (isFull(error.code)) return { ok: false, error: hostFault(error, file) };
    return { ok: false, error: fault('archive-unwritable', { file, reason: error.code }, error.message) };
  } finally {
    archive.on('error', () => undefined);
    archive.destroy();
  }
}

/** The engine sent what is no archive, or not all of it. */
class BrokenArchive extends Error {}

async function fill(
  target: FileHandle,
  { archive, about, signal, onProgress }: Parameters<typeof writeArchive>[0],
): Promise<number> {
  // Loaded with the first archive: nothing else needs it.
  const { extract: createExtract, pack: createPack } = await import('tar-stream');
  const pack = createPack();
  const extract = createExtract();
  const parts: ArchivePart[] = [];
  let written = 0;

  async function copy(): Promise<void> {
    for await (const entry of extract) {
      const { header } = entry;
      const { type } = header;
      if (!partTypes.includes(type)) throw new BrokenArchive(`an entry of type ${type}`);
      const hash = createSha256();
      await copyEntry(entry, pack, (chunk) => hash.update(chunk));
      if (type !== 'file') hash.update(targetOf(header));
      parts.push({
        path: header.name,
        type: type as ArchivePart['type'],
        size: type === 'file' ? header.size : 0,
        sha256: hash.digest(),
      });
    }
    if (parts.length === 0) throw new BrokenArchive('an empty archive');
    const manifest: ArchiveManifest = { format: archiveFormat, version: archiveVersion, ...about, parts };
    const text = JSON.stringify(manifest, null, 1);
    const header = { mode: 0o644, mtime: new Date(about.madeAt) };
    await putText(pack, { name: manifestName, ...header }, text);
    const hash = sha256Of(text);
    await putText(pack, { name: manifestHashName, ...header }, `${hash}\n`);
    pack.finalize();
  }

  async function write(): Promise<void> {
    for await (const chunk of pack as AsyncIterable<Buffer>) {
      for (let from = 0; from < chunk.length;) {
        from += (await target.write(chunk, from)).bytesWritten;
      }
      written += chunk.length;
      onProgress(written);
    }
  }

  const problems: Error[] = [];
  const give = (error: unknown): void => {
    problems.push(asError(error));
    archive.destroy();
    extract.destroy();
    pack.destroy();
  };
  const stop = (): void => give(new BrokenArchive('given up'));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  // Whichever fails first ends the others; all have ended before this does.
  await Promise.allSettled([feed(archive, extract), copy(), write()].map((work) => work.catch(give)));
  signal.removeEventListener('abort', stop);
  const [first] = problems;
  if (first !== undefined) throw first;
  return written;
}

function isBrokenStream(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  // tar-stream has no codes for what it finds; nothing of ours throws here.
  return (
    ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ABORT_ERR'].includes(code) ||
    /^(Unexpected end of data|Invalid tar header|Size mismatch|Premature close|Stream was destroyed)/.test(
      error.message,
    )
  );
}

function isFull(code: string): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(code);
}

function isNetwork(code: string): boolean {
  return ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED'].includes(code);
}
