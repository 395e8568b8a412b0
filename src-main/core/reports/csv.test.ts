import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine } from './csv.js';

describe('a line of CSV', () => {
  it('quotes what needs it, and ends as RFC 4180 says', () => {
    expect(csvLine(['a', 'b,c', 'say "no"', 'two\nlines', 3, -2.5, true, null])).toBe(
      'a,"b,c","say ""no""","two\nlines",3,-2.5,true,\r\n',
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', "=cmd|' /C calc'!A0"])(
    'disarms %j, which a spreadsheet would run',
    (text) => {
      expect(csvLine([text]).replace(/^"/, '')).toMatch(/^'/);
    },
  );

  it('never begins a cell of text with what begins a formula', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(csvLine([text]).replace(/^"/, '')).not.toMatch(/^[=+\-@\t]/);
      }),
    );
  });
});
