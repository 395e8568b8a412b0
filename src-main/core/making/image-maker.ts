import type { Readable } from 'node:stream';
import type { Result } from '../../../src-shared/model/result.js';
import type { MakingStep } from '../images/made-here.js';

/** One message of the engine while it makes an image: an object of its JSON stream, not yet looked at. */
export type EngineMessage = unknown;

/** The engine, as making images needs it. */
export interface ImageMaker {
  /**
   * Sends a build context and hands on what the engine says until it has nothing more to say. The result says only
   * whether the engine was reached and heard to its end: a step that fails is in its messages. When the signal
   * aborts, the engine stops the build at once and removes the container of the step.
   */
  build(
    context: Readable,
    options: {
      name: string;
      dockerfile: string;
      buildArgs: Record<string, string>;
      labels: Record<string, string>;
      noCache: boolean;
      signal: AbortSignal;
      onMessage: (message: EngineMessage) => void;
    },
  ): Promise<Result<void>>;
  /** Sends an uncompressed tar of a root file system as a new image. Resolves as `build` does. */
  import(
    archive: Readable,
    options: {
      name: string;
      changes: string[];
      signal: AbortSignal;
      onMessage: (message: EngineMessage) => void;
    },
  ): Promise<Result<void>>;
  /** `image-missing` when there is none of that name. Size in bytes. */
  inspect(name: string): Promise<Result<{ id: string; size: number; labels: Record<string, string> }>>;
  /** The steps that made it, newest first. */
  history(id: string): Promise<Result<MakingStep[]>>;
  /** The ids of all images, named or not, layers of builds included. */
  ids(): Promise<Result<string[]>>;
  /** Removes an image that has no name. One that is gone or has a name is fine; one that is used or has others built on it stays, as `engine-error`. */
  removeUnnamed(id: string): Promise<Result<void>>;
  /** Resolves once the container of a build's step is gone, which the engine removes; or after a while, whatever there is. */
  stepContainerGone(id: string): Promise<Result<void>>;
}
