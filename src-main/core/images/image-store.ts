import type { Readable } from 'node:stream';
import type { Result } from '../../../src-shared/model/result.js';

/** An image as the engine keeps it; never changes but for its names. */
export interface StoredImage {
  id: string;
  /** With their tags. */
  names: string[];
  /** `registry/name@sha256:…` */
  digests: string[];
  /** In bytes. */
  size: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
  labels: Record<string, string>;
  /** The digests of its layers, lowest first. */
  layers: string[];
}

export interface HistoryEntry {
  /** Seconds since the epoch, as the engine has it. */
  created: number;
  by: string;
  comment: string;
  /** In bytes. */
  size: number;
}

/** How far a pull is, in bytes. */
export interface PullProgress {
  done: number;
  total: number;
}

/** The engine's images as this part needs them. Every call fails with a coded fault. */
export interface ImageStore {
  /** Every image that has a name or is no part of another, whose ever it is. */
  all(): Promise<Result<StoredImage[]>>;
  /** `raw` is the engine's whole answer, unmasked. Fails with `image-missing`. */
  inspect(image: string): Promise<Result<{ id: string; raw: unknown }>>;
  /** Newest first. */
  history(image: string): Promise<Result<HistoryEntry[]>>;
  /** How many containers there are of each image, by its id, whose ever they are. */
  containers(): Promise<Result<ReadonlyMap<string, number>>>;
  /** Gives an image a name, which it takes from another that has it. */
  tag(image: string, name: string): Promise<Result<void>>;
  /** Takes away a name, or an image without one, never by force. `image-in-use`. One that is gone is fine. */
  remove(image: string): Promise<Result<void>>;
  /** The image that this one was made from, if the engine knows it, has given it no name ever, and nobody else needs it. */
  madeFrom(image: string): Promise<Result<string | null>>;
  /** The engine's own archive of these names, as a stream that ends when the signal aborts. */
  save(images: string[], signal: AbortSignal): Promise<Result<Readable>>;
  /** Loads the engine's own archive. Resolves when the engine has said all that it says. */
  load(archive: Readable, signal: AbortSignal): Promise<Result<void>>;
  /** Pulls `registry/name@sha256:…`; the engine checks what it gets against the digest. */
  pull(
    reference: string,
    signal: AbortSignal,
    onProgress: (progress: PullProgress) => void,
  ): Promise<Result<void>>;
}
