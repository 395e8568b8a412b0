import { describe, expect, it } from 'vitest';
import { createLocaleFormat, duration, shortId } from './format.js';

describe('numbers and times on the screen', () => {
  it.each([
    [0, '0:00'],
    [999, '0:00'],
    [7000, '0:07'],
    [750_000, '12:30'],
    [3_753_000, '1:02:33'],
    [-5, '0:00'],
  ])('writes %i ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('shortens hashes and ids to what tells them apart', () => {
    expect(shortId('sha256:08d585429b174a4c27c8')).toBe('08d585429b17');
    expect(shortId('4f1e9a77c0de4f1e')).toBe('4f1e9a77c0de');
  });

  it('never says 100 % before it is done', () => {
    expect(createLocaleFormat('en').percent(99.9)).toBe('99%');
    expect(createLocaleFormat('en').percent(100)).toBe('100%');
  });

  it('says how long ago in the largest whole unit, and never less than a minute', () => {
    const age = (ms: number, locale = 'en'): string => createLocaleFormat(locale).age(0, ms);
    expect([5000, 61_000, 3 * 3_600_000, 49 * 3_600_000].map((ms) => age(ms))).toEqual([
      '< 1 min. ago',
      '1 min. ago',
      '3 hr. ago',
      '2 days ago',
    ]);
    expect(age(-5000)).toBe('< 1 min. ago');
    expect(age(400 * 86_400_000, 'es')).toBe('hace 1 a');
  });

  it('writes shares as each language does', () => {
    expect(createLocaleFormat('en').share(97.5)).toBe('97.5%');
    expect(createLocaleFormat('es').share(97.5).replace(/\s/u, ' ')).toBe('97,5 %');
  });
});
