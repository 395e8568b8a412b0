import { z } from 'zod';
import { faultSchema } from './result.js';
import type { JsonValue } from './json.js';

/** `other`: paused, restarting, being removed, or a word of a newer engine. */
export const containerStates = ['created', 'running', 'exited', 'dead', 'other'] as const;
export type ContainerState = (typeof containerStates)[number];

/** A container of this station, running or kept. Times are milliseconds since the epoch. */
export interface ContainerSummary {
  id: string;
  name: string;
  image: string;
  imageId: string;
  state: ContainerState;
  /** Null until it has ended. */
  exitCode: number | null;
  /** From its labels; null where it has none. */
  bay: number | null;
  runId: string | null;
  recipe: string | null;
  startedAt: number | null;
  finishedAt: number | null;
}

/** A mount for what it is. `source` is a path of the host, a volume's name, or null for memory. */
export interface ContainerMountFact {
  kind: 'bind' | 'volume' | 'tmpfs' | 'other';
  source: string | null;
  target: string;
  readOnly: boolean;
  /** Of a tmpfs with a limit, in bytes. */
  sizeBytes: number | null;
}

/** What one wants to know of a container first. Secrets are not in it. */
export interface ContainerFacts extends ContainerSummary {
  /** What the engine said when the container did not start; empty otherwise. */
  error: string;
  outOfMemory: boolean;
  createdAt: number | null;
  /** Words; empty when the image has none. */
  entrypoint: string[];
  command: string[];
  workingDir: string;
  user: string;
  /** `container` as in `80/tcp`; `host` as in `127.0.0.1:1080`, null when it is not published. */
  ports: { container: string; host: string | null }[];
  devices: { host: string; container: string }[];
  mounts: ContainerMountFact[];
  /** As it was asked for: a network's name, `none`, `bridge` … */
  network: string;
  addresses: { network: string; address: string }[];
  /** Null where there is no limit. */
  limits: { memoryBytes: number | null; cpus: number | null; pids: number | null };
  capabilities: { dropped: string[]; added: string[] };
  securityOptions: string[];
  privileged: boolean;
  readOnlyRoot: boolean;
  /** The restart policy, `no` for every container that Slipway makes. */
  restart: string;
  labels: { name: string; value: string }[];
  /** `value` is null for a secret. */
  env: { name: string; value: string | null }[];
}

/** Everything about one container that may be seen. */
export interface ContainerInspection {
  facts: ContainerFacts;
  /** The engine's own answer with `•••` in the place of every secret. */
  json: JsonValue;
  /** A command line for a POSIX shell that makes an equal container. */
  runCommand: string;
  /** Environment variables that the command line takes from the shell that runs it: their values are secret. */
  withheld: string[];
}

export type ContainerAnswer =
  | ({ kind: 'container' } & ContainerInspection)
  /** The last run's container is gone; this is what its record knows of it. */
  | {
      kind: 'removed';
      runId: string;
      containerId: string;
      imageName: string;
      imageId: string | null;
      endedAt: number | null;
    }
  /** This bay has not had a container yet. */
  | { kind: 'none' };

/** How much of the machine a container uses. Rates are per second, over the time since the sample before. */
export const usageSchema = z.object({
  /** Milliseconds since the epoch, by the engine's clock. */
  at: z.number(),
  /** 100 is one core; null in the first sample, which has none before it. */
  cpuPercent: z.number().nullable(),
  /** Bytes. `limit` is null where there is none. `used` leaves out the page cache that can be let go at once. */
  memory: z.object({ used: z.number(), limit: z.number().nullable() }),
  /** Bytes a second; null without a network, and in the first sample. */
  network: z.object({ received: z.number(), sent: z.number() }).nullable(),
  /** Bytes a second; null where the engine does not count them, and in the first sample. */
  blocks: z.object({ read: z.number(), written: z.number() }).nullable(),
  /** Processes and threads; null where the engine does not count them. */
  processes: z.number().nullable(),
});
export type Usage = z.infer<typeof usageSchema>;

/** A word of the stream of one bay's use of the machine. */
export const usageMessageSchema = z.discriminatedUnion('kind', [
  /** The bay has no container. */
  z.object({ kind: z.literal('none') }),
  /** It has one that does not run: made and not started yet, or ended. */
  z.object({ kind: z.literal('stopped'), containerId: z.string() }),
  /** The engine cannot be asked now; samples come again when it is back. */
  z.object({ kind: z.literal('unavailable'), fault: faultSchema }),
  z.object({ kind: z.literal('sample'), containerId: z.string(), usage: usageSchema }),
]);
export type UsageMessage = z.infer<typeof usageMessageSchema>;
