import { describe, expect, it } from 'vitest';
import { chooseApiVersion } from './api-version.js';

describe('the API version', () => {
  it.each<[string, string | undefined, string | null]>([
    ['1.41', '1.12', '1.41'],
    ['1.40', undefined, '1.40'],
    ['1.39', '1.12', null],
    ['1.9', undefined, null],
    ['1.52', '1.44', '1.51'],
    ['1.60', '1.55', '1.55'],
  ])('of an engine that speaks up to %s and from %s on is %s', (offered, minimum, chosen) => {
    expect(chooseApiVersion(offered, minimum)).toBe(chosen);
  });
});
