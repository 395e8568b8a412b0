import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { figure, median, percentile } from '../bench/figures.js';
import { chooseBenches } from './bench.mjs';
import { projectRoot } from './lib/main.mjs';

describe('npm run bench', () => {
  it('measures everything unless it is told what', () => {
    const all = chooseBenches(undefined);
    expect(all).toContain('history');
    for (const name of all) expect(existsSync(join(projectRoot, 'bench', `${name}.bench.ts`))).toBe(true);
    expect(chooseBenches('ports, history')).toEqual(['ports', 'history']);
  });

  it('says which there are when one is not', () => {
    expect(() => chooseBenches('history,speed')).toThrow(/No such bench: speed\. There are .*history/);
  });

  it('tells a figure and whether it keeps to its limit', () => {
    expect(figure('a page', { value: 12.3456, unit: 'ms', limit: 100 })).toEqual({
      name: 'a page',
      value: 12.35,
      unit: 'ms',
      limit: 100,
      met: true,
      runs: [12.35],
    });
    expect(figure('a page', { value: 101, unit: 'ms', limit: 100 }).met).toBe(false);
    expect(figure('memory', { value: 1, unit: 'B' })).toMatchObject({ limit: null, met: null });
  });

  it('takes percentiles of what was measured, and of nothing else', () => {
    const values = Array.from({ length: 20 }, (_, index) => 20 - index);
    expect(percentile(values, 0.95)).toBe(19);
    expect(median(values)).toBe(10);
    expect(percentile([7], 0.95)).toBe(7);
    expect(() => median([])).toThrow('Nothing was measured');
  });
});
