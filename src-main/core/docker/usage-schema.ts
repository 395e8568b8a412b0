import { z } from 'zod';
import type { UsageCounters } from '../containers/usage.js';

/**
 * A sample of the engine's stats stream, in the shapes of cgroup v1 and v2. What is worked out of it is what
 * `docker stats` shows. Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerStats
 */
export const statsSchema = z.object({
  read: z.string(),
  pids_stats: z.object({ current: z.number().optional() }).nullish(),
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
  memory_stats: z
    .object({
      usage: z.number().optional(),
      limit: z.number().optional(),
      stats: z.record(z.string(), z.number()).nullish(),
    })
    .nullish(),
  networks: z.record(z.string(), z.object({ rx_bytes: z.number(), tx_bytes: z.number() })).nullish(),
  blkio_stats: z
    .object({
      io_service_bytes_recursive: z.array(z.object({ op: z.string(), value: z.number() })).nullish(),
    })
    .nullish(),
});

/** More than any machine has: cgroup v1 writes "no limit" as the largest number of pages. */
const noLimit = 2 ** 60;

/** The counters of a sample; null when the container does not run: the engine then sends samples of nothing. */
export function toUsageCounters(sample: z.infer<typeof statsSchema>): UsageCounters | null {
  const at = Date.parse(sample.read);
  const memory = sample.memory_stats;
  if (sample.read.startsWith('0001-') || Number.isNaN(at) || memory?.usage === undefined) return null;
  const limit = memory.limit ?? 0;
  const networks = Object.values(sample.networks ?? {});
  const blocks = sample.blkio_stats?.io_service_bytes_recursive;
  /** cgroup v1 says `Read`, v2 `read`. */
  const moved = (wanted: string): number =>
    (blocks ?? []).reduce((sum, { op, value }) => (op.toLowerCase() === wanted ? sum + value : sum), 0);
  return {
    at,
    processorMs: sample.cpu_stats.cpu_usage.total_usage / 1e6,
    memory: {
      used: Math.max(0, memory.usage - inactiveFile(memory.stats ?? {}, memory.usage)),
      limit: limit === 0 || limit >= noLimit ? null : limit,
    },
    network:
      networks.length === 0
        ? null
        : {
            received: networks.reduce((sum, { rx_bytes }) => sum + rx_bytes, 0),
            sent: networks.reduce((sum, { tx_bytes }) => sum + tx_bytes, 0),
          },
    blocks: blocks === null || blocks === undefined ? null : { read: moved('read'), written: moved('write') },
    processes: sample.pids_stats?.current ?? null,
  };
}

/** Page cache that can be let go at once: `total_inactive_file` of cgroup v1, `inactive_file` of v2. */
function inactiveFile(stats: Record<string, number>, usage: number): number {
  const inactive = stats['total_inactive_file'] ?? stats['inactive_file'] ?? 0;
  return inactive < usage ? inactive : 0;
}
