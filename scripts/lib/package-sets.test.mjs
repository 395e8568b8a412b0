import { describe, expect, it } from 'vitest';
import { missingOf, nameHere, packageSets, parseInstalled } from './package-sets.mjs';

const bare = { installed: new Set(), hasProgram: () => false, hasFile: () => false };

describe('what is missing', () => {
  it('is everything on a bare machine', () => {
    expect(missingOf(packageSets.boards, bare).map((item) => item.name)).toEqual([
      'qemu-system-arm',
      'u-boot-qemu',
      'busybox-static',
      'lrzsz',
    ]);
  });

  it('leaves out a package whose program came from elsewhere', () => {
    const machine = { ...bare, hasProgram: (/** @type {string} */ name) => name === 'dockerd' };
    expect(missingOf(packageSets.engine, machine).map((item) => item.name)).not.toContain('docker.io');
  });

  it('leaves out a library that is installed under its t64 name', () => {
    const machine = { ...bare, installed: new Set(['libgtk-3-0t64', 'libnss3']) };
    const names = missingOf(packageSets.window, machine).map((item) => item.name);
    expect(names).not.toContain('libgtk-3-0');
    expect(names).not.toContain('libnss3');
    expect(names).toContain('libasound2');
  });

  it('counts a removed package as missing, though dpkg still knows it', () => {
    expect([...parseInstalled('ii  libnss3\nrc  libgbm1\nun  xvfb\n')]).toEqual(['libnss3']);
  });
});

describe("a package's name on this system", () => {
  it('is its own where apt offers that', () => {
    const policy =
      'libgtk-3-0:\n  Installed: (none)\n  Candidate: 3.24.38-2\n  Version table:\n     3.24.38-2 500\n';
    expect(nameHere('libgtk-3-0', policy)).toBe('libgtk-3-0');
  });

  it('is the t64 one where the plain one is but a name', () => {
    const policy =
      'libasound2:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n' +
      'libasound2t64:\n  Installed: (none)\n  Candidate: 1.2.11-1\n  Version table:\n';
    expect(nameHere('libasound2', policy)).toBe('libasound2t64');
  });

  it('stays what it is where apt knows neither, so that apt says so', () => {
    expect(nameHere('libasound2', '')).toBe('libasound2');
  });
});
