import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cacheDirectory } from './cache.mjs';
import { projectRoot } from './main.mjs';
import { run } from './run.mjs';

/** How long the release page may take until the first byte. */
const connectLimitMs = 20_000;
/** How long a download may stand still. */
const stallLimitMs = 60_000;
/** For how long a failure is remembered, so that the next command does not wait again. */
const rememberMs = 15 * 60_000;

const folder = join(projectRoot, 'node_modules', 'electron');

/** The version that package.json pins, as installed; undefined before `npm ci`. */
export function wantedVersion() {
  try {
    return String(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version);
  } catch {
    return undefined;
  }
}

/**
 * The executable that Electron's own installer left, or undefined.
 * @returns {{ executable: string, version: string } | undefined}
 */
export function installedOfficial() {
  try {
    const version = readFileSync(join(folder, 'dist', 'version'), 'utf8')
      .trim()
      .replace(/^v/, '');
    const executable = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'));
    return version === wantedVersion() && existsSync(executable) ? { executable, version } : undefined;
  } catch {
    return undefined; // Not downloaded yet, or only half.
  }
}

/** @param {string} version */
function failureNote(version) {
  return join(cacheDirectory(), `electron-${version}-unreachable.json`);
}

/**
 * Why the download failed a short while ago, or undefined.
 * @param {string} version
 * @param {number} now
 * @returns {string | undefined}
 */
function rememberedFailure(version, now) {
  try {
    const note = JSON.parse(readFileSync(failureNote(version), 'utf8'));
    return now - note.at < rememberMs && now >= note.at ? String(note.reason) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Downloads the official Electron with Electron's own downloader and checksums, unless it is there.
 * A page that cannot be reached costs 20 seconds at most, and nothing for a quarter of an hour after.
 * @param {(line: string) => void} log
 * @returns {Promise<{ executable: string, version: string } | { failed: string }>}
 */
export async function officialElectron(log) {
  const installed = installedOfficial();
  if (installed !== undefined) return installed;
  const version = wantedVersion();
  if (version === undefined) return { failed: 'the electron package is not installed (npm ci)' };
  const remembered = rememberedFailure(version, Date.now());
  if (remembered !== undefined) return { failed: `${remembered} (a short while ago)` };

  log(`electron: fetching the official ${version}`);
  const failed = await downloadIntoElectronsCache(version, log);
  if (failed !== undefined) {
    writeFileSync(failureNote(version), JSON.stringify({ at: Date.now(), reason: failed }));
    return { failed };
  }
  rmSync(failureNote(version), { force: true });
  // The archive is in the downloader's cache now: the installer takes it from there and unpacks it.
  const environment = { ...process.env, ELECTRON_GET_NO_PROGRESS: '1' };
  delete (/** @type {NodeJS.ProcessEnv} */ (environment)['ELECTRON_OVERRIDE_DIST_PATH']);
  const unpacked = await run(process.execPath, [join(folder, 'install.js')], {
    capture: true,
    env: environment,
  });
  const result = installedOfficial();
  return result ?? { failed: `its installer failed: ${unpacked.stderr.trim().split('\n')[0] ?? ''}` };
}

/**
 * @param {string} version
 * @param {(line: string) => void} log
 * @returns {Promise<string | undefined>} why it failed
 */
async function downloadIntoElectronsCache(version, log) {
  const { downloadArtifact } = await import('@electron/get');
  const controller = new AbortController();
  let watch = setTimeout(() => controller.abort(), connectLimitMs);
  let shown = 0;
  try {
    await downloadArtifact({
      version,
      artifactName: 'electron',
      platform: process.platform,
      arch: process.arch,
      checksums: createRequire(import.meta.url)(join(folder, 'checksums.json')),
      ...(process.env['electron_config_cache'] === undefined
        ? {}
        : { cacheRoot: process.env['electron_config_cache'] }),
      downloadOptions: {
        quiet: true,
        signal: controller.signal,
        getProgressCallback: (/** @type {{ percent: number }} */ progress) => {
          clearTimeout(watch);
          watch = setTimeout(() => controller.abort(), stallLimitMs);
          const percent = Math.floor(progress.percent * 4) * 25;
          if (percent > shown) {
            shown = percent;
            log(`electron: ${percent} %`);
          }
          return Promise.resolve();
        },
      },
    });
    return undefined;
  } catch (error) {
    if (controller.signal.aborted) return 'its release page does not answer';
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return `${error instanceof Error ? error.message : String(error)}${cause}`;
  } finally {
    clearTimeout(watch);
  }
}
