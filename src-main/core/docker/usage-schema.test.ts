import { describe, expect, it } from 'vitest';
import { statsSchema, toUsageCounters } from './usage-schema.js';

const countersOf = (sample: unknown) => toUsageCounters(statsSchema.parse(sample));

/** As Docker 20.10 sends it on a machine with cgroup v1, shortened. */
const versionOne = {
  read: '2026-11-23T03:40:20.148924623Z',
  preread: '2026-11-23T03:40:19.143116841Z',
  pids_stats: { current: 2, limit: 64 },
  blkio_stats: {
    io_service_bytes_recursive: [
      { major: 8, minor: 0, op: 'Read', value: 4096 },
      { major: 8, minor: 0, op: 'Write', value: 512 },
      { major: 8, minor: 0, op: 'Total', value: 4608 },
      { major: 8, minor: 16, op: 'Read', value: 1000 },
    ],
  },
  cpu_stats: { cpu_usage: { total_usage: 1_220_929_012 }, system_cpu_usage: 26_419_880_000_000 },
  precpu_stats: { cpu_usage: { total_usage: 0 } },
  memory_stats: {
    usage: 2_052_096,
    stats: { inactive_file: 5, total_inactive_file: 1_122_304 },
    limit: 67_108_864,
  },
  networks: { eth0: { rx_bytes: 10, tx_bytes: 20 }, eth1: { rx_bytes: 1, tx_bytes: 2 } },
};

describe('a sample of the engine’s stats', () => {
  it('is read in the shape of cgroup v1', () => {
    expect(countersOf(versionOne)).toEqual({
      at: Date.UTC(2026, 10, 23, 3, 40, 20, 148),
      processorMs: 1220.929012,
      memory: { used: 929_792, limit: 67_108_864 },
      network: { received: 11, sent: 22 },
      blocks: { read: 5096, written: 512 },
      processes: 2,
    });
  });

  it('is read in the shape of cgroup v2', () => {
    const sample = {
      ...versionOne,
      blkio_stats: {
        io_service_bytes_recursive: [
          { op: 'read', value: 7 },
          { op: 'write', value: 8 },
        ],
        io_serviced_recursive: null,
      },
      memory_stats: { usage: 1000, stats: { inactive_file: 400, anon: 3 }, limit: 67_108_864 },
    };
    expect(countersOf(sample)).toMatchObject({
      memory: { used: 600 },
      blocks: { read: 7, written: 8 },
    });
  });

  it('says nothing of a network that there is none of, of blocks that are not counted, of limits that are none', () => {
    const sample = {
      ...versionOne,
      networks: undefined,
      blkio_stats: { io_service_bytes_recursive: null },
      memory_stats: { usage: 1000, limit: 9_223_372_036_854_771_712 },
      pids_stats: {},
    };
    expect(countersOf(sample)).toMatchObject({
      network: null,
      blocks: null,
      processes: null,
      memory: { used: 1000, limit: null },
    });
  });

  it('is none when the container does not run: the engine goes on sending samples of nothing', () => {
    const nothing = {
      read: '0001-01-01T00:00:00Z',
      pids_stats: {},
      blkio_stats: { io_service_bytes_recursive: null },
      cpu_stats: { cpu_usage: { total_usage: 0 } },
      memory_stats: {},
    };
    expect(countersOf(nothing)).toBeNull();
  });
});
