import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText } from './canonical.js';

describe('the canonical text of a record', () => {
  it('does not depend on the order of fields', () => {
    expect(canonicalText({ b: 1, a: { d: 'x', c: 2 } })).toBe('{"a":{"c":2,"d":"x"},"b":1}');
    expect(canonicalText({ a: { c: 2, d: 'x' }, b: 1 })).toBe('{"a":{"c":2,"d":"x"},"b":1}');
  });

  it('leaves out what says nothing, but keeps places in a list', () => {
    expect(canonicalText({ a: null, b: [], c: {}, d: { e: undefined }, f: 0, g: '', h: false })).toBe(
      '{"f":0,"g":"","h":false}',
    );
    expect(canonicalText([null, 1, []])).toBe('[null,1,null]');
  });

  it('differs whenever a text or a number differs', () => {
    const record = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer()), { minKeys: 1 });
    fc.assert(
      fc.property(record, fc.nat(), fc.oneof(fc.string(), fc.integer()), (given, which, other) => {
        const keys = Object.keys(given);
        const key = keys[which % keys.length] as string;
        fc.pre(given[key] !== other);
        expect(canonicalText({ ...given, [key]: other })).not.toBe(canonicalText(given));
      }),
    );
  });
});
