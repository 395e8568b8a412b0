import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../../src-shared/model/run.js';
import { LogBuffer } from '../../state/log-buffer.js';
import { LogSearch, stepMatch } from './log-search.js';

function lines(from: number, ...texts: string[]): LogLine[] {
  return texts.map((text, index) => ({ seq: from + index, at: 0, source: 'out', text }));
}

describe('searching a log', () => {
  it('finds lines whatever their case', () => {
    const buffer = new LogBuffer(100);
    buffer.append(lines(0, 'Writing block 1', 'CRC ok', 'writing block 2'));
    expect(new LogSearch('WRITING').update(buffer)).toEqual([0, 2]);
    expect(new LogSearch('').update(buffer)).toEqual([]);
  });

  it('goes on with what is new, and forgets what is gone', () => {
    const buffer = new LogBuffer(3);
    const search = new LogSearch('x');
    buffer.append(lines(0, 'x0', 'y1', 'x2'));
    expect(search.update(buffer)).toEqual([0, 2]);
    buffer.append(lines(3, 'x3'));
    expect(search.update(buffer)).toEqual([2, 3]);
    buffer.append(lines(4, 'y4', 'y5', 'y6'));
    expect(search.update(buffer)).toEqual([]);
  });

  it('steps through what was found, round the ends', () => {
    expect(stepMatch([2, 5, 9], null, 1)).toBe(2);
    expect(stepMatch([2, 5, 9], null, -1)).toBe(9);
    expect(stepMatch([2, 5, 9], 2, 1)).toBe(5);
    expect(stepMatch([2, 5, 9], 9, 1)).toBe(2);
    expect(stepMatch([2, 5, 9], 2, -1)).toBe(9);
    expect(stepMatch([], 2, 1)).toBeNull();
    // The one that was shown may be gone.
    expect(stepMatch([5, 9], 2, 1)).toBe(5);
  });
});
