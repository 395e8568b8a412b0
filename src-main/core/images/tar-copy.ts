import type { Extract, Header, Pack } from 'tar-stream';

/** One entry of an archive that is taken apart. */
export type Entry = Extract extends AsyncIterable<infer Each> ? Each : never;

/**
 * Carrying tar archives piece by piece. By hand and not with `pipeline`: the library's streams are not Node's, and
 * Node then takes a stream that was ended in time for one that broke off.
 */

/** Feeds an archive to whoever takes it apart; rejects with what went wrong on either side. */
export async function feed(source: AsyncIterable<Buffer>, extract: Extract): Promise<void> {
  try {
    for await (const chunk of source) {
      if (extract.destroyed) return;
      if (!extract.write(chunk)) await untilDrained(extract);
    }
    extract.end(null);
  } catch (error) {
    extract.destroy(asError(error));
    throw error;
  }
}

/**
 * Puts one entry into an archive as it was in another; `onChunk` sees its content go by. Rejects when the archive is
 * destroyed meanwhile: nothing of it is drained or ended then, and nobody else would say so.
 */
export async function copyEntry(entry: Entry, pack: Pack, onChunk: (chunk: Buffer) => void): Promise<void> {
  let done: (error?: Error | null) => void = () => undefined;
  const packed = new Promise<void>((resolve, reject) => {
    done = (error) => (error ? reject(error) : resolve());
  });
  // It may fail while the content is still awaited.
  packed.catch(() => undefined);
  const breakOff = (): void => done(new Error('Stream was destroyed'));
  pack.once('close', breakOff);
  try {
    const sink = pack.entry(entry.header, (error) => done(error));
    if (entry.header.type === 'file') {
      for await (const chunk of entry as AsyncIterable<Buffer>) {
        onChunk(chunk);
        if (!sink.write(chunk)) await Promise.race([untilDrained(sink), packed]);
      }
      sink.end(null);
    } else entry.resume();
    await packed;
  } finally {
    pack.off('close', breakOff);
  }
}

/** Where a link points to. Joined, because the library has null, against its own types, for what is none. */
export function targetOf(header: Header): string {
  return [header.linkname].join('');
}

/** Puts a small text into an archive. */
export function putText(pack: Pack, header: Partial<Header> & { name: string }, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    pack.entry({ ...header, size: Buffer.byteLength(text) }, text, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}

function untilDrained(stream: ReturnType<Pack['entry']> | Extract): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) return resolve();
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
