import { describe, expect, it } from 'vitest';
import { unneededLayers, type EngineLayer } from './left-layers.js';

const layer = (id: string, parent: string, size: number, isUsed = false): [string, EngineLayer] => [
  id,
  { id, parent, size, createdAt: 0, isUsed },
];

describe('the layers that a build left', () => {
  it('are those that nothing is built on, from the top, with what each has by itself', () => {
    const all = new Map([layer('base', '', 100, true), layer('a', 'base', 110), layer('b', 'a', 130)]);
    expect(unneededLayers(['a', 'b'], all)).toEqual({ layers: ['b', 'a'], bytes: 30 });
  });

  it('are not needed any less because they are gone, and take nothing along that was not noted', () => {
    const all = new Map([layer('theirs', '', 100), layer('b', 'theirs', 130)]);
    expect(unneededLayers(['a', 'b'], all)).toEqual({ layers: ['b'], bytes: 30 });
  });

  it('stay below whatever somebody has built on them, named, or runs', () => {
    const below = [layer('base', '', 100, true), layer('a', 'base', 110)];
    expect(unneededLayers(['a'], new Map([...below, layer('theirs', 'a', 120)])).layers).toEqual([]);
    expect(unneededLayers(['a', 'b'], new Map([...below, layer('b', 'a', 120, true)])).layers).toEqual([]);
  });

  it('go as far as they are a stage’s beside the image that stays', () => {
    const all = new Map([
      layer('base', '', 100, true),
      layer('stage', 'base', 150),
      layer('step', 'base', 110),
      layer('image', 'step', 120, true),
    ]);
    expect(unneededLayers(['stage', 'step', 'image'], all)).toEqual({ layers: ['stage'], bytes: 50 });
  });
});
