import { expect, it } from 'vitest';
import { nextZoom } from './zoom.js';

it('zooms in steps, no further than the last one at either end, and back to the normal size', () => {
  expect(nextZoom(1, 'in')).toBe(1.1);
  expect(nextZoom(1, 'out')).toBe(0.9);
  expect(nextZoom(3, 'in')).toBe(3);
  expect(nextZoom(0.5, 'out')).toBe(0.5);
  expect(nextZoom(1.3, 'in')).toBe(1.5);
  expect(nextZoom(2.5, 'reset')).toBe(1);
});
