import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src-shared/model/json.js';
import { buildTree, marked, pathTo, searchTree, shownNodes } from './json-tree.js';

const value: JsonValue = {
  Id: 'abc',
  Config: { Env: ['PATH=/bin', 'MODE=fast'], Tty: false, Cmd: null },
  Empty: [],
};
const nodes = buildTree(value);
const names = (indexes: readonly number[]): string[] => indexes.map((index) => nodes[index]?.key ?? '?');

describe('a tree of JSON', () => {
  it('has a line for each thing, in the order in which they are read', () => {
    expect(nodes.map(({ depth, key, text }) => `${depth} ${key} ${text}`)).toEqual([
      '0  {3}',
      '1 Id "abc"',
      '1 Config {3}',
      '2 Env [2]',
      '3 0 "PATH=/bin"',
      '3 1 "MODE=fast"',
      '2 Tty false',
      '2 Cmd null',
      '1 Empty [0]',
    ]);
    expect(nodes[4]).toMatchObject({ place: 1, siblings: 2, parent: 3 });
  });

  it('shows what is in those that are open', () => {
    expect(shownNodes(nodes, new Set()).map(({ index }) => index)).toEqual([0]);
    expect(shownNodes(nodes, new Set([0])).map(({ index }) => index)).toEqual([0, 1, 2, 8]);
    // Open inside what is closed does not show.
    expect(shownNodes(nodes, new Set([0, 3])).map(({ index }) => index)).toEqual([0, 1, 2, 8]);
    expect(shownNodes(nodes, new Set([0, 2, 3]))).toHaveLength(nodes.length);
  });

  it('finds names and values, but not the places in a list', () => {
    expect(names(searchTree(nodes, 'ENV'))).toEqual(['Env']);
    expect(names(searchTree(nodes, 'fast'))).toEqual(['1']);
    expect(searchTree(nodes, '1')).toEqual([]);
    expect(searchTree(nodes, '')).toEqual([]);
    expect(names(pathTo(nodes, 5))).toEqual(['Env', 'Config', '']);
  });

  it('marks every place in a text', () => {
    expect(marked('a-B-a', 'A')).toEqual(['', 'a', '-B-', 'a', '']);
    expect(marked('x', '')).toEqual(['x']);
  });

  it('is made of a hundred thousand values, and of very deep ones, in a moment', () => {
    const wide = buildTree(Array.from({ length: 100_000 }, (_, index) => ({ index })));
    expect(wide).toHaveLength(200_001);
    expect(searchTree(wide, '99999')).toHaveLength(1);
    let deep: JsonValue = 1;
    for (let depth = 0; depth < 20_000; depth += 1) deep = [deep];
    expect(buildTree(deep)).toHaveLength(20_001);
  });
});
