import { describe, expect, it } from 'vitest';
import { usageSince, type UsageCounters } from './usage.js';

const first: UsageCounters = {
  at: 10_000,
  processorMs: 500,
  memory: { used: 1000, limit: 4000 },
  network: { received: 100, sent: 10 },
  blocks: { read: 0, written: 4096 },
  processes: 3,
};

describe('the use of the machine', () => {
  it('has no rates in the first sample', () => {
    expect(usageSince(null, first)).toEqual({
      at: 10_000,
      cpuPercent: null,
      memory: { used: 1000, limit: 4000 },
      network: null,
      blocks: null,
      processes: 3,
    });
  });

  it('is per second over the time between two samples, and 100 % is one core', () => {
    const now = {
      ...first,
      at: 12_000,
      processorMs: 3500,
      network: { received: 2100, sent: 10 },
      blocks: { read: 1000, written: 8192 },
    };
    expect(usageSince(first, now)).toMatchObject({
      cpuPercent: 150,
      network: { received: 1000, sent: 0 },
      blocks: { read: 500, written: 2048 },
    });
  });

  it('says nothing where counters went backwards, or no time has gone by', () => {
    expect(usageSince(first, { ...first, at: 11_000, processorMs: 10 }).cpuPercent).toBeNull();
    expect(usageSince(first, first)).toMatchObject({ cpuPercent: null, network: null });
    expect(usageSince(first, { ...first, at: 11_000, network: null }).network).toBeNull();
  });
});
