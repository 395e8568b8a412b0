import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../../src-shared/model/run.js';
import { LogBuffer } from '../../state/log-buffer.js';
import { findIn, piecesOf } from './find-in.js';
import { LogFinder, placeAmong, stepMatch } from './log-finder.svelte.js';
import { regexProblem } from './regex-problem.js';

function lines(from: number, ...texts: string[]): LogLine[] {
  return texts.map((text, index) => ({ seq: from + index, at: 0, source: 'out', text }));
}
const searcher = { find: (...asked: Parameters<typeof findIn>) => Promise.resolve(findIn(...asked)) };
const plain = (text: string) => ({ text, isRegex: false });

describe('searching a log', () => {
  it('finds lines whatever their case', async () => {
    const buffer = new LogBuffer(100);
    buffer.append(lines(0, 'Writing block 1', 'CRC ok', 'writing block 2'));
    const finder = new LogFinder(plain('WRITING'), buffer, searcher);
    await finder.update();
    expect(finder.matches).toEqual([0, 2]);
    expect(finder.placesIn(2)).toEqual([0, 7]);
    expect(finder.isDone).toBe(true);
  });

  it('goes on with what is new, and forgets what is gone', async () => {
    const buffer = new LogBuffer(3);
    const finder = new LogFinder(plain('x'), buffer, searcher);
    buffer.append(lines(0, 'x0', 'y1', 'x2'));
    await finder.update();
    expect(finder.matches).toEqual([0, 2]);
    buffer.append(lines(3, 'x3'));
    await finder.update();
    expect(finder.matches).toEqual([2, 3]);
    buffer.append(lines(4, 'y4', 'y5', 'y6'));
    await finder.update();
    expect(finder.matches).toEqual([]);
    expect(finder.placesIn(2)).toEqual([]);
  });

  it('goes through a long log in batches', async () => {
    const buffer = new LogBuffer(10_000);
    buffer.append(lines(0, ...Array.from({ length: 10_000 }, (_, index) => `block ${index}`)));
    const batches: number[] = [];
    const finder = new LogFinder({ text: '^block \\d*9$', isRegex: true }, buffer, {
      find: (query, texts) => {
        batches.push(texts.length);
        return Promise.resolve(findIn(query, texts));
      },
    });
    await finder.update();
    expect(batches).toEqual([2000, 2000, 2000, 2000, 2000]);
    expect(finder.matches).toHaveLength(1000);
  });

  it('gives up what takes too long, and says so', async () => {
    const buffer = new LogBuffer(10);
    buffer.append(lines(0, 'aaaa'));
    const finder = new LogFinder({ text: '(a+)+$', isRegex: true }, buffer, {
      find: () => Promise.resolve(null),
    });
    await finder.update();
    expect(finder.isSlow).toBe(true);
    expect(finder.matches).toEqual([]);
  });

  it('steps through what was found, round the ends, and knows its place', () => {
    expect(stepMatch([2, 5, 9], null, 1)).toBe(2);
    expect(stepMatch([2, 5, 9], null, -1)).toBe(9);
    expect(stepMatch([2, 5, 9], 2, 1)).toBe(5);
    expect(stepMatch([2, 5, 9], 9, 1)).toBe(2);
    expect(stepMatch([2, 5, 9], 2, -1)).toBe(9);
    expect(stepMatch([], 2, 1)).toBeNull();
    // The one that was shown may be gone.
    expect(stepMatch([5, 9], 2, 1)).toBe(5);
    expect(placeAmong([2, 5, 9], 5)).toBe(2);
    expect(placeAmong([2, 5, 9], 6)).toBe(0);
    expect(placeAmong([2, 5, 9], null)).toBe(0);
  });

  it('marks every place of a line, also of an expression that matches nothing at all there', () => {
    expect(piecesOf('a-B-a', findIn(plain('A'), ['a-B-a'])[0] ?? [])).toEqual(['', 'a', '-B-', 'a', '']);
    const places = findIn({ text: 'crc (0x\\w+)', isRegex: true }, ['ok, crc 0x1f'])[0] ?? [];
    expect(piecesOf('ok, crc 0x1f', places)).toEqual(['ok, ', 'crc 0x1f', '']);
    expect(findIn({ text: '^', isRegex: true }, ['ab'])).toEqual([[0, 0]]);
  });
});

describe('a regular expression that is none', () => {
  it.each([
    ['(ab', 'open-group', 0],
    ['a(b(c)', 'open-group', 1],
    ['ab)', 'closed-group', 2],
    ['x[ab', 'open-class', 1],
    ['*a', 'nothing-to-repeat', 0],
    ['a|+', 'nothing-to-repeat', 2],
    ['a**', 'nothing-to-repeat', 2],
    ['[z-a]', 'range', 1],
    ['a{3,1}', 'quantifier', 1],
    ['ab\\', 'end', 2],
    ['(?x)', 'group', 0],
  ])('%s is told by kind and place', (pattern, kind, at) => {
    expect(regexProblem(pattern)).toEqual({ kind, at });
  });

  it.each(['', 'a+?', '[^]]', '(?<name>a)\\k<name>', '(?:a|b){2,}', 'a{,2}', '\\(', '^\\s*$'])(
    '%s is fine',
    (pattern) => {
      expect(regexProblem(pattern)).toBeNull();
    },
  );
});
