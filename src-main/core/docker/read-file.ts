import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { z } from 'zod';
import type { Result } from '../../../src-shared/model/result.js';
import type { Connection } from './connection.js';
import { toReadable } from './to-readable.js';

/** One file of a container. */
export type ContainerFile =
  | { state: 'missing' }
  /** Longer than was asked for. */
  | { state: 'too-large'; stamp: string }
  /**
   * `modifiedAt` in ms since the epoch; archives hold whole seconds. `stamp` is the same as precisely as the engine
   * knows it, as text to compare: it is another one once the file was written again.
   */
  | { state: 'there'; bytes: Buffer; modifiedAt: number; stamp: string };

/** What the engine says of the file beside its archive: base64 of JSON, the time with nanoseconds. */
const statHeader = 'x-docker-container-path-stat';
const statSchema = z.object({ mtime: z.string() });

/** See `Engine.readFile`. The engine hands out an archive of one entry: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerArchive */
export async function readContainerFile(
  connection: Connection,
  id: string,
  path: string,
  limit: number,
): Promise<Result<ContainerFile>> {
  return connection.call(async ({ docker }) => {
    let archive;
    try {
      archive = toReadable(await docker.getContainer(id).getArchive({ path }));
    } catch (error) {
      // 404 says either that there is no such file or no such container; the latter comes up in the next call.
      if (error instanceof Error && 'statusCode' in error && error.statusCode === 404)
        return { state: 'missing' } satisfies ContainerFile;
      throw error;
    }
    return readFirst(archive, stampOf(archive), limit);
  });
}

/** Empty where the engine says nothing. */
function stampOf(archive: Readable): string {
  const headers = 'headers' in archive ? z.record(z.string(), z.unknown()).safeParse(archive.headers) : null;
  const header = headers?.data?.[statHeader];
  if (typeof header !== 'string') return '';
  return statSchema.parse(JSON.parse(Buffer.from(header, 'base64').toString('utf8'))).mtime;
}

function readFirst(archive: Readable, stamp: string, limit: number): Promise<ContainerFile> {
  return new Promise((resolve, reject) => {
    const unpack = extract();
    const finish = (file: ContainerFile): void => {
      resolve(file);
      archive.destroy();
      unpack.destroy();
    };
    unpack.on('entry', ({ type, size, mtime }, stream, next) => {
      if (type !== 'file') {
        stream.resume().on('end', next);
        return;
      }
      if (size > limit) return finish({ state: 'too-large', stamp });
      const parts: Buffer[] = [];
      stream.on('data', (part) => {
        if (part instanceof Uint8Array) parts.push(Buffer.from(part));
      });
      stream.on('end', () =>
        finish({ state: 'there', bytes: Buffer.concat(parts), modifiedAt: mtime.getTime(), stamp }),
      );
    });
    unpack.on('finish', () => resolve({ state: 'missing' }));
    unpack.on('error', reject);
    archive.on('error', reject);
    archive.pipe(unpack);
  });
}
