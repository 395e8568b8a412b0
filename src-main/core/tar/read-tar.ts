import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { extract, type Extract, type Header } from 'tar-stream';

/** The types of tar-stream do not say that an entry that is no link has no target. */
export type TarHeader = Omit<Header, 'linkname'> & { linkname: string | null };

export interface TarReading {
  /**
   * Told of each entry in turn; what it does not read of the content is read past. `stop` leaves the rest unread.
   */
  each: (header: TarHeader, content: AsyncIterable<Buffer>) => Promise<'go-on' | 'stop'> | 'go-on' | 'stop';
}

/** What comes is no tar, or it ends in the middle. What the stream itself failed with is its `cause`. */
export class TarError extends Error {}

/**
 * Reads a tar at the pace of whoever takes its entries, and destroys the stream. Throws `TarError` where the tar is
 * broken, and whatever `each` throws.
 */
export async function readTar(tar: Readable, { each }: TarReading): Promise<void> {
  const parser = extract();
  // Kept apart from what `each` throws.
  const failure: { error: Error | null } = { error: null };
  const feeding = feed(tar, parser).catch((error: unknown) => {
    failure.error = error instanceof Error ? error : new Error(String(error));
    parser.destroy();
  });
  let reading = false;
  try {
    for await (const entry of parser) {
      reading = true;
      const next = await each(entry.header, contentOf(entry as AsyncIterable<Buffer>));
      reading = false;
      if (next === 'stop') return;
      entry.resume();
    }
  } catch (error) {
    if (error instanceof TarError || reading) throw error;
    const cause = failure.error ?? error;
    throw new TarError(cause instanceof Error ? cause.message : String(cause), { cause });
  } finally {
    parser.destroy();
    tar.destroy();
    await feeding;
  }
  if (failure.error !== null) throw new TarError(failure.error.message, { cause: failure.error });
}

/** A content that breaks off throws at whoever reads it, as what it is: a broken tar. */
async function* contentOf(entry: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* entry;
  } catch (error) {
    throw new TarError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function feed(tar: Readable, parser: Extract): Promise<void> {
  for await (const chunk of tar) {
    if (parser.destroyed) return;
    if (!parser.write(chunk)) await drained(parser);
  }
  parser.end(null);
}

function drained(parser: Extract): Promise<void> {
  return new Promise((resolve) => {
    if (parser.destroyed) return resolve();
    const done = (): void => {
      parser.off('drain', done);
      parser.off('close', done);
      resolve();
    };
    parser.on('drain', done);
    parser.on('close', done);
  });
}

/** Writes a new file, and with `sync` waits until the disk has it. Rejects with the system's error, or the content's. */
export async function writeNewFile(
  path: string,
  content: AsyncIterable<Buffer>,
  options: { mode?: number; sync?: boolean; onBytes: (count: number) => void },
): Promise<void> {
  const file = await open(path, 'wx', options.mode ?? 0o644);
  try {
    for await (const chunk of content) {
      await file.writeFile(chunk);
      options.onBytes(chunk.length);
    }
    if (options.sync === true) await file.sync();
  } finally {
    await file.close();
  }
}
