import { describe, expect, it } from 'vitest';
import { mayBeEndless } from './endless-pattern.js';

describe('a pattern', () => {
  it.each(['(a+)+$', '^(\\w+\\s?)*$', '([a-z]+)*\\d', '(x+x+)+y', '(?<message>[\\w ]+)+:'])(
    'that can take for ever is told: %s',
    (source) => {
      expect(mayBeEndless(new RegExp(source, 'u'))).toBe(true);
    },
  );

  it.each([
    '(?<percent>\\d+) ?%',
    '^(?<step>calibrating): (?<percent>\\d+)%',
    '(?:\\d+,)+',
    '(\\w+ )*done',
    '.*error.*',
    '^block (?<message>\\d+ of \\d+)',
    '\\p{L}+$',
    '(?<=x)a+',
  ])('of the ordinary kind is fine: %s', (source) => {
    expect(mayBeEndless(new RegExp(source, 'u'))).toBe(false);
  });

  it('that is too hard to judge is left after a second', () => {
    const before = performance.now();
    mayBeEndless(new RegExp(`${'('.repeat(200)}a${')*'.repeat(200)}`, 'u'));
    expect(performance.now() - before).toBeLessThan(8000);
  });
});
