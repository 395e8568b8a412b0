import { describe, expect, it } from 'vitest';
import { bytes, rate, share } from './amounts.js';

describe('amounts', () => {
  it('are written short, in the language’s own way', () => {
    expect(bytes(0, 'en')).toBe('0 B');
    expect(bytes(999, 'en')).toBe('999 B');
    expect(bytes(1536, 'en')).toBe('1.5 KiB');
    expect(bytes(1023 * 1024, 'en')).toBe('1.0 MiB');
    expect(bytes(512 * 1024 ** 2, 'en')).toBe('512 MiB');
    expect(bytes(1.5 * 1024 ** 3, 'es')).toBe('1,5 GiB');
    expect(rate(2048, 'en')).toBe('2.0 KiB/s');
    expect(share(98.7, 'en')).toBe('99%');
    expect(share(2.34, 'en')).toBe('2.3%');
  });
});
