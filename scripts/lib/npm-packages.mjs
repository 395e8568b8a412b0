import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './main.mjs';
import { run } from './run.mjs';
import { say, Trouble } from './say.mjs';

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 */

/**
 * The paths of locked packages that are not installed as the lock file says. Optional ones count only
 * when they are there in another version: most are for other systems.
 * @param {Record<string, LockedPackage>} locked `packages` of package-lock.json
 * @param {Record<string, LockedPackage>} installed `packages` of node_modules/.package-lock.json
 * @returns {string[]}
 */
export function outdatedPackages(locked, installed) {
  return Object.entries(locked)
    .filter(([path, wanted]) => {
      if (path === '') return false;
      const present = installed[path];
      if (present === undefined) return wanted.optional !== true;
      return present.version !== wanted.version || present.integrity !== wanted.integrity;
    })
    .map(([path]) => path);
}

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage> | undefined}
 */
function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined; // Nothing is installed yet, or an installation was cut off.
  }
}

/**
 * Installs the npm packages (`npm ci`) when they are missing or not those of the lock file.
 * @param {{ log?: (line: string) => void }} [options]
 */
export async function ensureNpmPackages({ log = say } = {}) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Trouble(`This is Node ${process.versions.node}; the project needs 20.19 or newer.`);
  }
  const locked = packagesIn(join(projectRoot, 'package-lock.json'));
  if (locked === undefined) throw new Trouble('package-lock.json cannot be read: is this a whole checkout?');
  const installed = packagesIn(join(projectRoot, 'node_modules', '.package-lock.json'));
  const outdated = outdatedPackages(locked, installed ?? {});
  if (outdated.length === 0) {
    log('npm packages: all there');
    return;
  }
  log(
    installed === undefined
      ? 'npm packages: not installed yet: npm ci'
      : `npm packages: ${outdated.length} are not those of package-lock.json: npm ci`,
  );
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const outcome = await run(npm, ['ci', '--no-audit', '--no-fund', '--loglevel', 'error'], {
    cwd: projectRoot,
  });
  if (outcome.code !== 0) {
    throw new Trouble(
      'npm ci failed; its own words are above. Check the connection (npm ping) and try again.',
    );
  }
}
