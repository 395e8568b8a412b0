import { describe, expect, it } from 'vitest';
import { outdatedPackages } from './npm-packages.mjs';

const zod = { version: '4.6.7', integrity: 'sha512-a' };
const locked = {
  '': { version: '0.1.0' },
  'node_modules/zod': zod,
  'node_modules/fsevents': { version: '2.3.3', optional: true },
};

describe('the installed npm packages', () => {
  it('are as locked when only optional ones are missing', () => {
    expect(outdatedPackages(locked, { 'node_modules/zod': zod })).toEqual([]);
  });

  it('are not when one is missing, or is another version', () => {
    expect(outdatedPackages(locked, {})).toEqual(['node_modules/zod']);
    expect(outdatedPackages(locked, { 'node_modules/zod': { ...zod, version: '4.6.6' } })).toEqual([
      'node_modules/zod',
    ]);
  });
});
