import { ensureDebianPackages } from '../debian-packages.mjs';
import { ensureEngine, findEngine } from '../engine.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { say } from './say.mjs';

/**
 * @typedef {object} StationSetup
 * @property {string} dockerHost
 * @property {import('../electron-runtime.mjs').ElectronRuntime | undefined} runtime
 */

/**
 * Installs and starts whatever a station needs here: npm packages, Debian packages, an engine, an
 * Electron if there is to be a window, the demo's images.
 * @param {{ window: boolean, boards?: boolean, log?: (line: string) => void, defer: (release: () => Promise<void>) => void }} options
 *   `defer` is handed what has to be called at the end, whether or not the rest of the set-up works
 * @returns {Promise<StationSetup>}
 */
export async function setUpStation({ window, boards = false, log = say, defer }) {
  await ensureNpmPackages({ log });
  const { engine } = await findEngine();
  /** @type {import('./package-sets.mjs').SetName[]} */
  const sets = ['base-image'];
  if (engine === undefined) sets.push('engine');
  if (window) sets.push('window');
  if (boards) sets.push('boards');
  await ensureDebianPackages(sets, { log });
  const used = await ensureEngine({ log });
  defer(used.release);
  // These need npm packages, which may not have been there when this module was loaded.
  const { resolveElectron } = await import('../electron-runtime.mjs');
  const runtime = window ? await resolveElectron({ log }) : undefined;
  const { ensureDemoImages } = await import('../../demo/images.mjs');
  await ensureDemoImages({ log, dockerHost: used.host });
  return { dockerHost: used.host, runtime };
}
