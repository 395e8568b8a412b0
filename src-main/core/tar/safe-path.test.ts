import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safePath, staysInside } from './safe-path.js';

describe('safePath', () => {
  it('takes ordinary names apart', () => {
    expect(safePath('./a/b c/ñ', 'linux')).toEqual(['a', 'b c', 'ñ']);
    expect(safePath('./', 'linux')).toEqual([]);
    expect(safePath('a\\b', 'linux')).toEqual(['a\\b']);
  });

  it('refuses what leads out of the folder', () => {
    for (const name of ['/etc/passwd', '../x', 'a/../../x', 'a/..', '..', 'a\0b']) {
      expect(safePath(name, 'linux')).toBeNull();
    }
  });

  it('refuses on Windows what would be another place there', () => {
    for (const name of ['C:x', 'a\\..\\b', 'con', 'nul.txt', 'COM1', 'a.', 'a ', 'x:stream', 'a?']) {
      expect(safePath(name, 'win32')).toBeNull();
      expect(safePath(`deep/${name}`, 'win32')).toBeNull();
    }
    expect(safePath('console/common.txt', 'win32')).toEqual(['console', 'common.txt']);
  });

  it('never leads out of the folder, whatever the name', () => {
    const piece = fc.oneof(
      fc.constantFrom('..', '.', '', '/', '//', 'a', '...', '..a', '\\..\\', '\0', 'C:'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const steps = safePath(pieces.join('/'), 'linux');
        if (steps === null) return;
        const path = posix.join('/root/here', ...steps);
        expect(path === '/root/here' || path.startsWith('/root/here/')).toBe(true);
        expect(steps.every((step) => !step.includes('/') && step !== '..' && step !== '.')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('staysInside', () => {
  it('lets links lead about inside the folder', () => {
    expect(staysInside(['link'], 'deep/file')).toBe(true);
    expect(staysInside(['a', 'b', 'link'], '../../file')).toBe(true);
    expect(staysInside(['a', 'link'], '.')).toBe(true);
  });

  it('refuses those that lead out, also by way of others', () => {
    for (const target of ['/etc/passwd', '..', '../x', 'a/../../x', 'a/b/d/../../../q', '']) {
      expect(staysInside(['link'], target)).toBe(false);
    }
    expect(staysInside(['a', 'link'], '../../x')).toBe(false);
  });
});
