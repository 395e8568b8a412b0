import { describe, expect, it } from 'vitest';
import { boundsOf } from './panel-placement.js';

describe('where a panel is laid', () => {
  it('is in whole pixels inside its slot', () => {
    expect(boundsOf({ left: 68.4, top: 120.2, right: 900.8, bottom: 500.9 })).toEqual({
      x: 69,
      y: 121,
      width: 831,
      height: 379,
    });
  });

  it('is never outside the window or smaller than nothing', () => {
    expect(boundsOf({ left: -5, top: -3, right: 10, bottom: -1 })).toEqual({
      x: 0,
      y: 0,
      width: 10,
      height: 0,
    });
  });
});
