import { spawn } from 'node:child_process';
import { createReadStream, type ReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { PassThrough, Transform, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { isSystemError } from '../ports/system-error.js';

export type Compression = 'none' | 'gzip' | 'xz' | 'zstd' | 'bzip2';

const magics: [Exclude<Compression, 'none'>, number[]][] = [
  ['gzip', [0x1f, 0x8b]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
];

export interface OpenedArchive {
  readonly compression: Compression;
  /** Of the file, in bytes. */
  readonly size: number;
  /** The archive itself, uncompressed. Breaks with an `ArchiveBroken` when what it is made of is damaged or cut off. */
  readonly content: Readable;
  /** Of the file, in bytes. */
  readonly bytesRead: () => number;
  /** Ends the program that decompresses, if there is one; resolves when it has ended. */
  close(): Promise<void>;
}

/** The compressed file is damaged or ends too early. */
export class ArchiveBroken extends Error {}

/**
 * Opens an archive, compressed or not, as a stream. Fails with `archive-missing`, `archive-unreadable`,
 * `archive-tool-missing` where its compression needs a program that this machine has not.
 */
export async function openArchive(path: string): Promise<Result<OpenedArchive>> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return fail('archive-missing', { path });
    const compression = await compressionOf(path);
    const file = createReadStream(path, { highWaterMark: 256 * 1024 });
    const opened = await decompress(file, compression);
    if (!opened.ok) {
      file.destroy();
      return opened;
    }
    return ok({ ...opened.value, compression, size: stats.size, bytesRead: () => file.bytesRead });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return fail('archive-missing', { path });
    return fail('archive-unreadable', { path, reason: error.code }, error.message);
  }
}

async function compressionOf(path: string): Promise<Compression> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(8);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    const found = magics.find(
      ([, magic]) => bytesRead >= magic.length && magic.every((byte, at) => head[at] === byte),
    );
    return found?.[0] ?? 'none';
  } finally {
    await file.close();
  }
}

type Decompressed = Pick<OpenedArchive, 'content' | 'close'>;

async function decompress(file: ReadStream, compression: Compression): Promise<Result<Decompressed>> {
  switch (compression) {
    case 'none':
      return ok(closing(file, file));
    case 'gzip':
      return ok(through(file, createGunzip()));
    case 'zstd': {
      const program = await startProgram('zstd', file);
      return ok(program ?? through(file, createZstd()));
    }
    case 'xz':
    case 'bzip2': {
      const program = await startProgram(compression, file);
      return program === null ? fail('archive-tool-missing', { program: compression }) : ok(program);
    }
  }
}

function closing(file: ReadStream, content: Readable): Decompressed {
  return {
    content,
    close() {
      content.destroy();
      file.destroy();
      return Promise.resolve();
    },
  };
}

function through(file: ReadStream, transform: Transform): Decompressed {
  const content = new PassThrough();
  // What zlib says of damaged bytes is about the file, not a bug.
  transform.on('error', (error) => content.destroy(new ArchiveBroken(error.message)));
  file.on('error', (error) => content.destroy(error));
  file.pipe(transform).pipe(content);
  return closing(file, content);
}

/** Where there is no `zstd` program; slower, and the whole window in memory. */
function createZstd(): Transform {
  let pushed: Uint8Array[] = [];
  const decompressor = new Decompress((chunk) => void pushed.push(chunk));
  const flush = (transform: Transform): void => {
    for (const chunk of pushed) transform.push(chunk);
    pushed = [];
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        decompressor.push(chunk);
        flush(this);
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
    flush(done) {
      try {
        decompressor.push(new Uint8Array(0), true);
        flush(this);
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
}

/** Null where there is no such program. */
function startProgram(program: string, file: ReadStream): Promise<Decompressed | null> {
  return new Promise((resolve) => {
    const child = spawn(program, ['-d', '-c'], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.once('error', () => resolve(null));
    child.once('spawn', () => {
      const content = new PassThrough();
      let said = '';
      const ended = new Promise<void>((resolveEnded) => child.once('close', () => resolveEnded()));
      child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
      child.stdout.pipe(content, { end: false });
      child.once('close', (code) => {
        if (code === 0) content.end();
        else content.destroy(new ArchiveBroken(said.trim()));
      });
      // It ended before it had read all: its exit code says why.
      child.stdin.on('error', () => file.destroy());
      file.on('error', (error) => content.destroy(error));
      file.pipe(child.stdin);
      resolve({
        content,
        async close() {
          child.kill('SIGKILL');
          file.destroy();
          content.destroy();
          await ended;
        },
      });
    });
  });
}
