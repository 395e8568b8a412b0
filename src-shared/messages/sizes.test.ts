import { describe, expect, it } from 'vitest';
import { sizeText } from './sizes.js';

describe('sizes', () => {
  it('are short, and in the language of whoever reads them', () => {
    expect([0, 999, 1500, 12_345_678, 999_999_999_999_999].map((bytes) => sizeText(bytes, 'en'))).toEqual([
      '0 B',
      '999 B',
      '1.5 kB',
      '12.3 MB',
      '1,000 TB',
    ]);
    expect(sizeText(4_200_000_000, 'es')).toBe('4,2 GB');
    expect(sizeText(null, 'en')).toBe('–');
  });
});
