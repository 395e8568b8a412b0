import type { Usage } from '../../../src-shared/model/container.js';

/** What a container has used since its start, and what it uses now. Times in ms since the epoch, sizes in bytes. */
export interface UsageCounters {
  at: number;
  /** Processor time so far, in ms. */
  processorMs: number;
  memory: { used: number; limit: number | null };
  /** So far; null without a network. */
  network: { received: number; sent: number } | null;
  /** So far; null where the engine does not count them. */
  blocks: { read: number; written: number } | null;
  processes: number | null;
}

/** Use over the time between two looks; without a look before there are no rates. */
export function usageSince(before: UsageCounters | null, now: UsageCounters): Usage {
  const { at, memory, processes } = now;
  const elapsed = before === null ? 0 : at - before.at;
  /** Null for what went backwards: the container was started again, or the engine counts anew. */
  const rate = (from: number | undefined, to: number): number | null =>
    from === undefined || elapsed <= 0 || to < from ? null : ((to - from) / elapsed) * 1000;
  const cpu = rate(before?.processorMs, now.processorMs);
  const received = now.network === null ? null : rate(before?.network?.received, now.network.received);
  const sent = now.network === null ? null : rate(before?.network?.sent, now.network.sent);
  const read = now.blocks === null ? null : rate(before?.blocks?.read, now.blocks.read);
  const written = now.blocks === null ? null : rate(before?.blocks?.written, now.blocks.written);
  return {
    at,
    cpuPercent: cpu === null ? null : cpu / 10,
    memory,
    network: received === null || sent === null ? null : { received, sent },
    blocks: read === null || written === null ? null : { read, written },
    processes,
  };
}
