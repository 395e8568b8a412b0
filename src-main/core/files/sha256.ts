import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** The SHA-256 of what flows by, a piece after the other. */
export interface Sha256 {
  update(piece: string | Uint8Array): void;
  /** Hexadecimal, lower case; once, at the end. */
  digest(): string;
}

export function createSha256(): Sha256 {
  const hash = createHash('sha256');
  return {
    update: (piece) => void hash.update(piece),
    digest: () => hash.digest('hex'),
  };
}

/** Of a whole text (as UTF-8) or of bytes at hand, hexadecimal. */
export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * Reads a file to its end, never more of it in memory than a stream's buffer. Throws what the system says, and an
 * `AbortError` when the signal aborts.
 *
 * @returns hexadecimal
 */
export async function sha256OfFile(
  path: string,
  options: { signal?: AbortSignal; onBytes?: ((count: number) => void) | undefined } = {},
): Promise<string> {
  const { signal, onBytes } = options;
  const hash = createSha256();
  for await (const piece of createReadStream(path, signal === undefined ? {} : { signal })) {
    hash.update(piece as Buffer);
    onBytes?.((piece as Buffer).length);
  }
  return hash.digest();
}
