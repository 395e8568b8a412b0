import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * @typedef {object} CachePlace
 * @property {NodeJS.ProcessEnv} env
 * @property {string | undefined} home the person's home folder, if there is one
 * @property {number} uid
 * @property {string} temporary
 */

/**
 * The folders that could hold what the scripts fetch and make, best first: what `SLIPWAY_CACHE`
 * names, then the XDG cache, then `~/.cache`, then (no usable home: a service account, a build
 * container) a system-wide place for root, and a folder in the temporary directory.
 * @param {CachePlace} place
 * @returns {string[]}
 */
export function cacheCandidates({ env, home, uid, temporary }) {
  const chosen = env['SLIPWAY_CACHE'];
  if (chosen) return [resolve(chosen)];
  const xdg = env['XDG_CACHE_HOME'];
  return [
    ...(xdg ? [join(xdg, 'slipway')] : []),
    ...(home !== undefined && home !== '' && home !== '/' ? [join(home, '.cache', 'slipway')] : []),
    ...(uid === 0 ? ['/var/cache/slipway'] : []),
    join(temporary, `slipway-${uid}`),
  ];
}

/** The person's home folder, or undefined: `homedir()` throws for a user without an entry. */
function homeOrNothing() {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

/**
 * The cache folder, made if it is missing: everything the scripts keep between runs (engine data,
 * the Electron runtime, the demo's home) is below it, outside the checkout.
 * @returns {string}
 */
export function cacheDirectory() {
  const candidates = cacheCandidates({
    env: process.env,
    home: homeOrNothing(),
    uid: process.getuid?.() ?? 1,
    temporary: tmpdir(),
  });
  /** @type {unknown} */
  let problem;
  for (const candidate of candidates) {
    try {
      mkdirSync(candidate, { recursive: true });
      accessSync(candidate, constants.W_OK);
      return candidate;
    } catch (error) {
      problem = error;
    }
  }
  throw new Error(`no folder to keep files in; tried ${candidates.join(', ')}`, { cause: problem });
}
