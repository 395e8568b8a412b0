import { describe, expect, it } from 'vitest';
import { changed, charted, filterOf, queryOf, scopeOf } from './runs-filter.js';

describe('the filter of the history', () => {
  const whole = {
    verdict: 'FAIL',
    unit: 'W-1/2 ?&',
    model: 'widgy',
    recipe: 'widgy',
    bay: 3,
    operator: 'J. Álvarez',
    error: 'flash-failed',
    batch: 12,
    from: '2026-05-01',
    until: '2026-05-13',
  } as const;

  it('comes back from the address as it was put there', () => {
    expect(filterOf(queryOf(whole))).toEqual(whole);
    expect(queryOf({})).toBe('');
    expect(filterOf('operator=')).toEqual({ operator: '' });
  });

  it('leaves out what an address holds that is none', () => {
    expect(filterOf('verdict=MAYBE&bay=0&error=nonsense&days=8&batch=none&from=yesterday&more=1')).toEqual(
      {},
    );
  });

  it('takes a field away that is changed to nothing', () => {
    expect(changed({ bay: 3, verdict: 'PASS' }, { bay: undefined })).toEqual({ verdict: 'PASS' });
  });

  it('leaves the charts what they offer: an order and a recipe, but no single unit and no verdict', () => {
    const filter = {
      unit: 'W-1',
      verdict: 'FAIL',
      error: 'flash-failed',
      batch: 2,
      recipe: 'widget',
      days: '7',
    } as const;
    expect(charted(filter)).toEqual({ batch: 2, recipe: 'widget', days: '7' });
  });

  it('asks for whole local days', () => {
    const at = (month: number, day: number): number => new Date(2026, month - 1, day).getTime();
    const now = at(5, 13) + 3_600_000;
    expect(scopeOf({ from: '2026-05-01', until: '2026-05-13' }, now)).toEqual({
      from: at(5, 1),
      until: at(5, 14),
    });
    expect(scopeOf({ days: '1' }, now)).toEqual({ from: at(5, 13) });
    expect(scopeOf({ days: '30' }, now)).toEqual({ from: at(4, 14) });
    expect(scopeOf({ unit: 'W-1', error: 'flash-failed', batch: 2 }, now)).toEqual({
      unitSerial: 'W-1',
      batch: 2,
      faultCode: 'flash-failed',
    });
  });
});
