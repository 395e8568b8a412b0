import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginningOf, dayOf, nextAfter, rangesOf, startOf } from './local-days.js';

const at = (year: number, month: number, day: number, hour = 0): number =>
  new Date(year, month - 1, day, hour).getTime();

describe('local days', () => {
  it('names a day by its date, and finds its beginning again', () => {
    expect(dayOf(at(2026, 5, 13, 23))).toBe(20260513);
    expect(startOf(20260513)).toBe(at(2026, 5, 13));
    expect(startOf(20260500)).toBe(at(2026, 5, 1));
  });

  it('begins weeks on Monday', () => {
    expect(beginningOf(at(2026, 5, 17, 9), 'week')).toBe(at(2026, 5, 11));
    expect(beginningOf(at(2026, 5, 11), 'week')).toBe(at(2026, 5, 11));
    expect(nextAfter(at(2026, 12, 1), 'month')).toBe(at(2027, 1, 1));
  });

  it('reads whole months as months and the rest by day', () => {
    expect(rangesOf(at(2026, 1, 20), at(2026, 4, 3))).toEqual([
      { kind: 'day', from: 20260120, until: 20260201 },
      { kind: 'month', from: 20260200, until: 20260400 },
      { kind: 'day', from: 20260401, until: 20260403 },
    ]);
    expect(rangesOf(at(2026, 1, 20), at(2026, 1, 20))).toEqual([]);
  });

  it('takes each day of a span in once, whatever the span', () => {
    const day = fc.integer({ min: 0, max: 1500 }).map((days) => at(2024, 1, 1 + days));
    fc.assert(
      fc.property(day, day, (one, other) => {
        const [from, until] = [Math.min(one, other), Math.max(one, other)];
        const days: number[] = [];
        for (const range of rangesOf(from, until)) {
          const step = range.kind;
          for (let each = startOf(range.from); each < startOf(range.until); each = nextAfter(each, step)) {
            const end = nextAfter(each, step);
            for (let inner = each; inner < end; inner = nextAfter(inner, 'day')) days.push(dayOf(inner));
          }
        }
        const wanted: number[] = [];
        for (let each = from; each < until; each = nextAfter(each, 'day')) wanted.push(dayOf(each));
        expect(days).toEqual(wanted);
      }),
    );
  });
});
