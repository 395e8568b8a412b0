import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { volumeManifestSchema, type VolumeManifest } from '../../../src-shared/model/volumes.js';
import { createSha256 } from '../files/sha256.js';
import { isSystemError } from '../ports/system-error.js';
import { hostFault } from '../tar/host-fault.js';
import { readTar, TarError } from '../tar/read-tar.js';
import { safePath } from '../tar/safe-path.js';
import { tarBlock, tarEnd, tarHeader, tarPadding } from '../tar/tar-header.js';

/**
 * A backup is a tar that any tar opens: `manifest.json`, and `volume.tar` just as the engine packed the volume. The
 * manifest stands first, so that a backup of any size says at once what it is; its place is of a fixed size, filled
 * up with blanks, since the checksum is known last.
 */
const manifestSpace = 4096;
const manifestName = 'manifest.json';
const contentName = 'volume.tar';
const contentHeaderAt = tarBlock + manifestSpace;
const contentAt = contentHeaderAt + tarBlock;

/** Counts the entries of a tar that flows by, and looks at their names. */
interface Counted {
  entries: number;
  /** The first name that leads out of its folder. */
  unsafe: string | null;
}

/** Fails with what the disk said, or with `files-broken-off` when the tar came to no proper end. */
export async function writeBackup(
  path: string,
  tar: Readable,
  about: Pick<VolumeManifest, 'volume' | 'station' | 'host' | 'createdAt'>,
  onBytes: (done: number) => void,
): Promise<Result<VolumeManifest>> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'wx', 0o600);
    const hash = createSha256();
    let size = 0;
    const opened = file;
    const counted = await count(tar, async (chunk) => {
      hash.update(chunk);
      await writeAll(opened, chunk, contentAt + size);
      size += chunk.length;
      onBytes(size);
    });
    if (!counted.ok) return counted;
    const manifest: VolumeManifest = {
      format: 'slipway-volume-1',
      ...about,
      size,
      entries: counted.value.entries,
      sha256: hash.digest(),
    };
    const common = { type: 'file', mode: 0o644, uid: 0, gid: 0, modifiedAt: about.createdAt } as const;
    const text = Buffer.alloc(manifestSpace, ' ');
    Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`).copy(text);
    const head = Buffer.concat([
      tarHeader({ ...common, name: manifestName, size: manifestSpace }),
      text,
      tarHeader({ ...common, name: contentName, size }),
    ]);
    const tail = Buffer.concat([Buffer.alloc(tarPadding(size)), tarEnd()]);
    await writeAll(file, tail, contentAt + size);
    await writeAll(file, head, 0);
    await file.sync();
    return ok(manifest);
  } catch (error) {
    if (isSystemError(error)) return { ok: false, error: hostFault(error, path) };
    throw error;
  } finally {
    await file?.close();
  }
}

/** A disk that is nearly full takes a part, and refuses the next. */
async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}

/** What a backup says about itself. Fails with `backup-unreadable`, or what the disk says. */
export async function readManifest(path: string): Promise<Result<VolumeManifest>> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const head = Buffer.alloc(contentAt);
    const { bytesRead } = await file.read(head, 0, contentAt, 0);
    const name = head.toString('latin1', 0, head.indexOf(0));
    const contentHeader = head.subarray(contentHeaderAt);
    const second = contentHeader.toString('latin1', 0, contentHeader.indexOf(0));
    if (bytesRead < contentAt || name !== manifestName || second !== contentName)
      return fail('backup-unreadable', { path });
    const parsed = volumeManifestSchema.safeParse(
      JSON.parse(head.toString('utf8', tarBlock, contentHeaderAt)) as unknown,
    );
    return parsed.success ? ok(parsed.data) : fail('backup-unreadable', { path });
  } catch (error) {
    if (error instanceof SyntaxError) return fail('backup-unreadable', { path }, error.message);
    return { ok: false, error: hostFault(error, path) };
  } finally {
    await file?.close();
  }
}

/**
 * Reads a backup to its end and compares it with its manifest. Fails with `backup-unreadable`, `backup-damaged` (the
 * checksum, its size, or what is in it), `files-cancelled`.
 */
export async function verifyBackup(
  path: string,
  signal: AbortSignal,
  onBytes: (done: number) => void,
): Promise<Result<VolumeManifest>> {
  const manifest = await readManifest(path);
  if (!manifest.ok) return manifest;
  const { size, sha256 } = manifest.value;
  const hash = createSha256();
  let done = 0;
  const content = await openContent(path, size);
  if (!content.ok) return content;
  const counted = await count(content.value, (chunk) => {
    if (signal.aborted) content.value.destroy();
    hash.update(chunk);
    done += chunk.length;
    onBytes(done);
    return Promise.resolve();
  });
  if (signal.aborted) return fail('files-cancelled');
  if (done !== size || hash.digest() !== sha256) return fail('backup-damaged', { path });
  if (!counted.ok || counted.value.unsafe !== null || counted.value.entries !== manifest.value.entries) {
    return fail(
      'backup-damaged',
      { path },
      counted.ok ? (counted.value.unsafe ?? undefined) : counted.error.detail,
    );
  }
  return manifest;
}

/** The volume's own tar out of a backup. To be read to its end, or destroyed. */
export async function openContent(path: string, size: number): Promise<Result<Readable>> {
  try {
    const file = await open(path, 'r');
    // `end` counts itself; an empty content has at least the two blocks of a tar's end.
    return ok(
      file.createReadStream({
        start: contentAt,
        end: contentAt + Math.max(size, 1) - 1,
        highWaterMark: 512 * 1024,
      }),
    );
  } catch (error) {
    return { ok: false, error: hostFault(error, path) };
  }
}

/** Throws what `each` throws. */
async function count(tar: Readable, each: (chunk: Buffer) => Promise<void>): Promise<Result<Counted>> {
  const counted: Counted = { entries: 0, unsafe: null };
  const refused: unknown[] = [];
  async function* seen(): AsyncGenerator<Buffer> {
    for await (const chunk of tar) {
      try {
        await each(chunk as Buffer);
      } catch (error) {
        refused.push(error);
        throw error;
      }
      yield chunk as Buffer;
    }
  }
  try {
    await readTar(Readable.from(seen(), { objectMode: false }), {
      each({ name, linkname, type }) {
        counted.entries += 1;
        const isSafe =
          safePath(name, 'linux') !== null &&
          (type !== 'link' || safePath(linkname ?? '/', 'linux') !== null);
        if (!isSafe) counted.unsafe ??= name.slice(0, 300);
        return 'go-on';
      },
    });
    return ok(counted);
  } catch (error) {
    if (refused.length > 0) throw refused[0];
    if (error instanceof TarError) return fail('files-broken-off', undefined, error.message);
    throw error;
  }
}
