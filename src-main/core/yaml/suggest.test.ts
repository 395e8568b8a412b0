import { describe, expect, it } from 'vitest';
import { closest } from './suggest.js';

const known = ['timeout', 'stall', 'panelPort', 'success', 'env'];

describe('the word that was meant', () => {
  it.each([
    ['timout', 'timeout'],
    ['tiemout', 'timeout'],
    ['TIMEOUT', 'timeout'],
    ['panel_port', 'panelPort'],
    ['sucess', 'success'],
    ['evn', 'env'],
    ['colour', undefined],
    ['x', undefined],
    ['', undefined],
  ])('%s is %s', (word, meant) => {
    expect(closest(word, known)).toBe(meant);
  });
});
