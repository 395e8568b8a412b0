import { describe, expect, it } from 'vitest';
import { inPieces, linesToAskAbout } from './paste.js';

describe('pasting into a terminal', () => {
  it('asks about several lines, and about one that would be run at once', () => {
    expect(linesToAskAbout('one\ntwo\r\nthree', false)).toBe(3);
    expect(linesToAskAbout('rm -r build\n', false)).toBe(1);
  });

  it('asks about no single line, nor where the program takes the text as a whole', () => {
    expect(linesToAskAbout('one line', false)).toBe(0);
    expect(linesToAskAbout('one\ntwo\n', true)).toBe(0);
  });

  it('takes long text apart between characters', () => {
    expect(inPieces('abcde', 2)).toEqual(['ab', 'cd', 'e']);
    expect(inPieces('a🔧b', 2)).toEqual(['a', '🔧', 'b']);
    expect(inPieces('', 2)).toEqual([]);
  });
});
