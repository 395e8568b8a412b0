import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../src-shared/model/container.js';
import { UsageHistory } from './usage-history.js';

const usage = (at: number, cpuPercent: number | null): Usage => ({
  at,
  cpuPercent,
  memory: { used: 1, limit: null },
  network: null,
  blocks: null,
  processes: null,
});
const cpu = (one: Usage): number | null => one.cpuPercent;

describe('the samples of the plots', () => {
  it('go back two minutes', () => {
    const history = new UsageHistory();
    for (let second = 0; second <= 300; second += 1) history.add(usage(second * 1000, second));
    const [times, values] = history.columns([cpu]);
    expect(times[0]).toBe(180);
    expect(times).toHaveLength(121);
    expect(values?.at(-1)).toBe(300);
    expect(history.last?.cpuPercent).toBe(300);
  });

  it('break where nobody looked, once', () => {
    const history = new UsageHistory();
    history.breakOff();
    history.add(usage(1000, 1));
    history.breakOff();
    history.breakOff();
    expect(history.last).toBeNull();
    history.add(usage(9000, 2));
    expect(history.columns([cpu])).toEqual([
      [1, 1.001, 9],
      [1, null, 2],
    ]);
  });

  it('begin anew when the clock was set back', () => {
    const history = new UsageHistory();
    history.add(usage(9000, 1));
    history.add(usage(5000, 2));
    expect(history.columns([cpu])).toEqual([[5], [2]]);
  });
});
