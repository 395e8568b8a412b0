import { describe, expect, it } from 'vitest';
import type { ImageSummary } from '../../../src-shared/model/image.js';
import { filterRows, rowsOf, sortRows } from './image-rows.js';

function image(name: string, change: Partial<ImageSummary> = {}): ImageSummary {
  return {
    id: `sha256:${name}`,
    names: [name],
    digests: [],
    size: 1,
    createdAt: 1,
    layers: 1,
    labels: {},
    reason: 'made',
    recipes: [],
    containers: 0,
    support: [],
    ...change,
  };
}

const rows = rowsOf({
  images: [
    image('widgy:2', { size: 30, createdAt: 3, recipes: ['widgy'] }),
    image('base:1', { size: 20, createdAt: 1, reason: 'base' }),
    image('gadget:1', {
      size: 40,
      createdAt: 2,
      reason: 'brought',
      support: [{ model: 'gadget', written: 'Estable', level: 'stable', candidate: null }],
    }),
  ],
  missing: [{ name: 'absent:1', recipes: ['other'], build: 'other', pull: null }],
});
const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);

describe('the list of images', () => {
  it('begins with what is missing, whatever it is sorted by', () => {
    const sort = (column: 'name' | 'size' | 'age' | 'support', descending: boolean): string[] =>
      names(sortRows(rows, { column, descending }));
    expect(sort('name', false)).toEqual(['absent:1', 'base:1', 'gadget:1', 'widgy:2']);
    expect(sort('size', true)).toEqual(['absent:1', 'gadget:1', 'widgy:2', 'base:1']);
    expect(sort('age', false)).toEqual(['absent:1', 'widgy:2', 'gadget:1', 'base:1']);
    expect(sort('support', false)).toEqual(['absent:1', 'gadget:1', 'base:1', 'widgy:2']);
  });

  it('is filtered by kind, and by all the words that are typed', () => {
    expect(names(filterRows(rows, '', 'missing'))).toEqual(['absent:1']);
    expect(names(filterRows(rows, '', 'base'))).toEqual(['base:1']);
    expect(names(filterRows(rows, 'WIDGY sha256', 'all'))).toEqual(['widgy:2']);
    expect(names(filterRows(rows, 'estable', 'all'))).toEqual(['gadget:1']);
    expect(names(filterRows(rows, 'other', 'all'))).toEqual(['absent:1']);
    expect(filterRows(rows, 'nothing', 'all')).toEqual([]);
  });
});
