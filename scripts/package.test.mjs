import { describe, expect, it } from 'vitest';
import { folderName, isForPeople } from './package.mjs';

describe('a package', () => {
  it('is for people when it holds the official Electron', () => {
    expect(isForPeople({ kind: 'official', version: '45.4.1' }, '45.4.1')).toBe(true);
  });

  it('is for people when somebody unpacked the pinned version themselves, and no other', () => {
    expect(isForPeople({ kind: 'override', version: '45.4.1' }, '45.4.1')).toBe(true);
    expect(isForPeople({ kind: 'override', version: '33.2.1' }, '45.4.1')).toBe(false);
  });

  it('is never for people when it holds the development runtime, whatever its version', () => {
    expect(isForPeople({ kind: 'development', version: '45.4.1' }, '45.4.1')).toBe(false);
  });

  it('says in its name that it is not for people', () => {
    expect(folderName({ version: '0.1.0', forPeople: false })).toMatch(/^slipway-0\.1\.0-.*-development$/);
    expect(folderName({ version: '0.1.0', forPeople: true })).not.toContain('development');
  });
});
