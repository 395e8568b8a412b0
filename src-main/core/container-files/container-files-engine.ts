import type { Readable, Writable } from 'node:stream';
import type { Result } from '../../../src-shared/model/result.js';
import type { ContainerMountView, FileKind } from '../../../src-shared/model/files.js';

/** A container of ours, as far as its files are concerned. */
export interface ContainerPlace {
  id: string;
  name: string;
  image: string;
  imageId: string;
  labels: Record<string, string>;
  isRunning: boolean;
  /** Milliseconds since the epoch; null when it never started. */
  startedAt: number | null;
  readOnlyRoot: boolean;
  /** Those that it was given; what every container has besides is in `mounts.ts`. */
  mounts: ContainerMountView[];
}

/** What the engine says of one path; of a link it says where it leads in the end. */
export interface PathStat {
  kind: FileKind;
  /** In bytes. */
  size: number;
  /** Where a link leads, all links on the way followed; null for what is none. */
  leadsTo: string | null;
}

export interface RunOptions {
  command: string[];
  /** `uid:gid`; root when left out. */
  user?: string;
  /** Gives it up: the command and its children are killed. */
  signal: AbortSignal;
  /** What it reads; the command's end ends it as well. */
  input?: Readable;
  /** Takes what it writes at its own pace and is ended with it; without one it is kept up to `outputLimit` bytes. */
  output?: Writable;
  outputLimit?: number;
}

export interface RunOutcome {
  exitCode: number;
  output: Buffer;
  /** The first of what it complained about. */
  complaints: string;
  /** Output was cut at the limit. */
  truncated: boolean;
}

/**
 * What the engine can do about the files in containers of this station. `container-gone` for any other.
 *
 * `stat`, `read` and `write` are the engine's archive. It works in stopped containers and in images without any
 * program, but it knows nothing of what is in memory (tmpfs, `/proc`), and the engine holds the container while it
 * goes on: nobody can inspect or stop it meanwhile (tried on 20.10, and so in its source, daemon/archive.go,
 * "Wait to unlock the container until the archive is fully read"). So a container that runs is rather asked
 * through programs of its own, with `run`.
 */
export interface ContainerFilesEngine {
  list(): Promise<Result<ContainerPlace[]>>;
  describe(id: string): Promise<Result<ContainerPlace>>;
  /** Null for what is not there. Links are not followed. */
  stat(id: string, path: string): Promise<Result<PathStat | null>>;
  /** A tar of the path and all below it. To be read to its end, or destroyed. Fails with `file-missing`. */
  read(id: string, path: string, signal: AbortSignal): Promise<Result<Readable>>;
  /** Unpacks a tar into a folder that is there. Fails with `file-missing`, `file-read-only`, `file-no-folder`, `container-no-space`. */
  write(id: string, folder: string, tar: Readable, signal: AbortSignal): Promise<Result<void>>;
  /** Runs a program of the image; 126 or 127 where it has none of that name. Fails with `container-not-running`. */
  run(id: string, options: RunOptions): Promise<Result<RunOutcome>>;
}
