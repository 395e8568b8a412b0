import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../src-shared/model/run.js';
import { LogBuffer } from './log-buffer.js';

function lines(from: number, to: number): LogLine[] {
  return Array.from({ length: to - from }, (_, index) => ({
    seq: from + index,
    at: 0,
    source: 'out',
    text: `line ${from + index}`,
  }));
}

describe('the lines of a live log', () => {
  it('keeps the last ones, and no more than it may', () => {
    const buffer = new LogBuffer(10);
    for (let from = 0; from < 1000; from += 7) buffer.append(lines(from, from + 7));
    expect(buffer.length).toBe(10);
    expect(buffer.at(0)?.seq).toBe(991);
    expect(buffer.at(9)?.seq).toBe(1000);
    expect(buffer.at(10)).toBeUndefined();
    expect(buffer.at(-1)).toBeUndefined();
  });

  it('keeps a line that comes twice once, as after a new subscription', () => {
    const buffer = new LogBuffer(100);
    buffer.append(lines(0, 20));
    buffer.append(lines(10, 25));
    expect(buffer.length).toBe(25);
    expect(buffer.at(24)?.seq).toBe(24);
  });

  it('says where a line stands, also one that is gone or yet to come', () => {
    const buffer = new LogBuffer(10);
    buffer.append(lines(0, 30));
    expect(buffer.indexOf(25)).toBe(5);
    expect(buffer.indexOf(3)).toBe(0);
    expect(buffer.indexOf(99)).toBe(10);
  });
});
