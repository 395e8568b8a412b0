import type { Result } from '../../../src-shared/model/result.js';
import type { EngineView } from '../../../src-shared/model/station.js';
import type { Disposable } from '../disposable.js';
import type { EventStream } from '../emitter.js';
import type { ContainerFile } from './read-file.js';

/** Labels on everything that Slipway makes in the engine. Nothing without `station` is ever touched. */
export const labels = {
  station: 'io.slipway.station',
  bay: 'io.slipway.bay',
  run: 'io.slipway.run',
  recipe: 'io.slipway.recipe',
  /** Names of the environment variables whose values are secrets, between commas; left out when there are none. */
  secrets: 'io.slipway.secrets',
  /**
   * In the place of `station` on images: the engine hands an image's labels on to every container that anybody
   * runs from it, and to every image that anybody builds on it. With `station` those would count as ours.
   */
  madeBy: 'io.slipway.made-by',
  /** What a container is for that no run needs, e.g. `shell`. */
  role: 'io.slipway.role',
  /** Of a throw-away container: the shell that it is for. */
  shell: 'io.slipway.shell',
} as const;

export interface ImageInfo {
  id: string;
  /** The first repository digest when the image has one, else null. */
  digest: string | null;
  /** Every repository digest: an image that came from several registries has several. */
  digests: string[];
  labels: Record<string, string>;
}

export type ContainerMount =
  | { type: 'bind'; source: string; target: string; readOnly: boolean }
  | { type: 'volume'; source: string; target: string; readOnly: boolean }
  | { type: 'tmpfs'; target: string; sizeBytes?: number };

/** Everything a container of ours is made of. The adapter adds nothing but what design.md asks of every container. */
export interface ContainerSpec {
  name: string;
  image: string;
  labels: Record<string, string>;
  /** Secrets included; never logged. */
  env: Record<string, string>;
  command?: string[];
  entrypoint?: string[];
  workingDir?: string;
  /** The serial port: passed with `--device`, or bind-mounted when it is a pseudo-terminal. */
  device?: { node: string; kind: 'device' | 'pseudo-terminal'; target: string };
  mounts: ContainerMount[];
  /** Name of the network it joins (see `ensureNetwork`), or `none`. */
  network: string;
  /** The panel: container port to publish on 127.0.0.1:hostPort. */
  publish?: { containerPort: number; hostPort: number };
  /** Capabilities kept; all others are dropped. */
  capabilities: string[];
  limits: { memoryBytes: number; cpus: number; pids: number };
  readOnlyRoot: boolean;
  /** With a terminal that somebody types into. What it says is then kept by nobody. */
  terminal?: boolean;
}

export interface ContainerInfo {
  id: string;
  name: string;
  image: string;
  imageId: string;
  labels: Record<string, string>;
  state: 'created' | 'running' | 'exited' | 'dead' | 'other';
  exitCode: number | null;
  outOfMemory: boolean;
  /** Milliseconds since the epoch; null when it never started or still runs. */
  startedAt: number | null;
  finishedAt: number | null;
  /** Published port on 127.0.0.1, by container port. */
  published: Record<number, number>;
}

export type ContainerEvent = {
  /** `signalled` also when the station itself, or anybody, stops it. */
  type: 'started' | 'signalled' | 'died' | 'out-of-memory' | 'removed';
  containerId: string;
  labels: Record<string, string>;
  exitCode: number | null;
};

/** One line of a container's output. `at` is the engine's own time stamp, RFC 3339 with nanoseconds. */
export interface ContainerLogLine {
  source: 'out' | 'err';
  at: string;
  text: string;
}

export interface ExecResult {
  exitCode: number;
  output: string;
  /** True when output was cut at the limit. */
  truncated: boolean;
}

/**
 * The container engine as the station needs it. Every call fails with a coded fault, never with a raw
 * engine message; `engine-lost` or `engine-absent` when it cannot be reached. It reconnects by itself:
 * `changes` says when it is gone and when it is back, and after it is back whoever follows containers
 * compares with `listOwned`.
 */
export interface Engine extends Disposable {
  readonly view: EngineView;
  readonly changes: EventStream<EngineView>;
  /** Events of containers that carry the station's label. Ends never: it reconnects. */
  readonly containerEvents: EventStream<ContainerEvent>;
  /** Some image came, went or changed its names, or that may have been missed. Says not which. */
  readonly imageEvents: EventStream<void>;
  /** Looks for the engine and goes on looking; resolves after the first attempt. */
  start(): Promise<void>;
  inspectImage(name: string): Promise<Result<ImageInfo>>;
  /**
   * Makes the bay's bridge network if it is not there, and makes it anew if it is there with another `outbound`.
   * Expected failures: `container-network-exhausted`, `container-network-foreign` (the name is someone else's).
   */
  ensureNetwork(options: {
    name: string;
    labels: Record<string, string>;
    outbound: boolean;
  }): Promise<Result<void>>;
  /** Removes a network of ours; one that is not there is fine. */
  removeNetwork(name: string): Promise<Result<void>>;
  createContainer(spec: ContainerSpec): Promise<Result<{ id: string }>>;
  startContainer(id: string): Promise<Result<void>>;
  inspectContainer(id: string): Promise<Result<ContainerInfo>>;
  /**
   * What the engine remembers of a container since a time, in milliseconds since the epoch by its own clock: what
   * happened while nobody listened, too. It remembers its last 256 events only, of all containers, and none from
   * before it was started itself. Expected failure: `container-gone`.
   */
  pastEvents(id: string, since: number): Promise<Result<ContainerEvent[]>>;
  /** Sends SIGTERM, then SIGKILL after `graceMs`; 0 kills at once. A container that is not running is fine. */
  stopContainer(id: string, graceMs: number): Promise<Result<void>>;
  /** Kills and removes with its anonymous volumes; one that is gone, or not ours, is fine and left alone. */
  removeContainer(id: string): Promise<Result<void>>;
  /** Containers with this station's label, running or not. */
  listOwned(): Promise<Result<ContainerInfo[]>>;
  /**
   * Follows the output until the container ends (resolves) or the signal aborts (resolves). `since` is an
   * engine time stamp: lines at or before it are not delivered again. A stream that breaks while the
   * container runs is resumed where it broke, also when the engine was away. One that was not started yet is
   * waited for. A line ends at a line feed or a carriage return and has at most 16 Ki characters.
   * Expected failures: `container-gone` when it is not there to begin with, `station-stopping` when the engine
   * object is disposed.
   */
  followLogs(
    id: string,
    options: { since?: string; signal: AbortSignal; onLine: (line: ContainerLogLine) => void },
  ): Promise<Result<void>>;
  /**
   * Runs a command in a running container. A command that the image does not have ends with 126 or 127. When
   * the signal aborts, the command and its children are killed, and the result holds what was said until then
   * with exit code 137. `outputLimit` is in bytes, both sources in the order of their arrival; `onOutput` is
   * told everything. Expected failures: `container-gone`, `container-not-running`, `engine-lost`.
   */
  exec(
    id: string,
    options: {
      command: string[];
      env?: Record<string, string>;
      signal: AbortSignal;
      outputLimit: number;
      onOutput?: (text: string) => void;
    },
  ): Promise<Result<ExecResult>>;
  /** One file of a container, running or not; not what is on a tmpfs. `limit` in bytes. */
  readFile(id: string, path: string, limit: number): Promise<Result<ContainerFile>>;
}
