// npm run package: the station as people install it. Packages for people are only ever built on the
// official Electron; on the development runtime the result is for tests, and is marked as such.
//
//   npm run package                       an unpacked application in release/
//   npm run package -- --target deb       an installer; needs the official Electron
import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { resolveElectron } from './electron-runtime.mjs';
import { wantedVersion } from './lib/official-electron.mjs';
import { isMain, projectRoot, runMain } from './lib/main.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { say, Trouble } from './lib/say.mjs';

/** @typedef {import('./electron-runtime.mjs').ElectronRuntime} ElectronRuntime */

/**
 * Whether people may be given a package that is built on a runtime: the official one, in the very
 * version that package.json pins, wherever it was unpacked.
 * @param {Pick<ElectronRuntime, 'kind' | 'version'>} runtime
 * @param {string | undefined} pinned
 */
export function isForPeople(runtime, pinned) {
  return runtime.kind === 'official' || (runtime.kind === 'override' && runtime.version === pinned);
}

/**
 * The name of the folder that an unpacked application is left in.
 * @param {{ version: string, forPeople: boolean }} what
 */
export function folderName({ version, forPeople }) {
  return `slipway-${version}-${process.platform}-${process.arch}${forPeople ? '' : '-development'}`;
}

const notForPeople = `This package was built on a runtime for development and tests, not on the
official Electron that the project pins. Do not hand it to anybody.
`;

/**
 * The Electron to pack, and what of the configuration depends on it.
 * @param {ElectronRuntime} runtime
 * @param {boolean} forPeople
 * @returns {import('electron-builder').Configuration}
 */
function configFor(runtime, forPeople) {
  return {
    extends: join(projectRoot, 'electron-builder.yml'),
    electronDist: runtime.folder,
    electronVersion: runtime.version,
    directories: { output: join('release', 'work') },
    ...(forPeople
      ? {}
      : {
          electronFuses: {
            // The tests start it with a debugger attached.
            enableNodeCliInspectArguments: true,
            enableEmbeddedAsarIntegrityValidation: false,
          },
          afterExtract: async (context) => {
            // The development runtime's small program that loads an application stays behind.
            await rm(join(context.appOutDir, 'resources', 'app'), { recursive: true, force: true });
          },
        }),
  };
}

/**
 * Builds the application and packs it unpacked into release/.
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<{ folder: string, executable: string, forPeople: boolean }>}
 */
export async function packageUnpacked({ log = say } = {}) {
  const { runtime, forPeople, version } = await prepare(log);
  const { build, Platform } = await import('electron-builder');
  await build({
    projectDir: projectRoot,
    targets: Platform.current().createTarget('dir'),
    config: configFor(runtime, forPeople),
    publish: 'never',
  });
  const work = join(projectRoot, 'release', 'work');
  const suffixes = { linux: 'linux-unpacked', win32: 'win-unpacked' };
  const unpacked =
    process.platform === 'linux' || process.platform === 'win32' ? suffixes[process.platform] : 'mac';
  const folder = join(projectRoot, 'release', folderName({ version, forPeople }));
  await rm(folder, { recursive: true, force: true });
  await rename(join(work, unpacked), folder);
  await rm(work, { recursive: true, force: true });
  if (!forPeople) await writeFile(join(folder, 'NOT-FOR-PEOPLE.txt'), notForPeople);
  const executable = join(folder, process.platform === 'win32' ? 'Slipway.exe' : 'slipway');
  if (process.platform === 'linux' && !existsSync(executable)) throw new Error(`${executable} was not made`);
  log(`package: ${folder}`);
  if (!forPeople) log('package: FOR TESTS ALONE, it holds the development runtime');
  return { folder, executable, forPeople };
}

/** @param {(line: string) => void} log */
async function prepare(log) {
  await ensureNpmPackages({ log });
  const runtime = await resolveElectron({ log });
  const forPeople = isForPeople(runtime, wantedVersion());
  await (await import('./build.mjs')).build({ log });
  const manifest = await import('../package.json', { with: { type: 'json' } });
  return { runtime, forPeople, version: manifest.default.version };
}

/**
 * Builds installers, as electron-builder calls them: AppImage, deb, dmg, nsis.
 * @param {string[]} targets
 */
async function packageInstallers(targets) {
  const { runtime, forPeople } = await prepare(say);
  if (!forPeople) {
    throw new Trouble(
      'Installers are for people, and those are only built on the official Electron, which cannot be had\n' +
        'here. Without --target, an unpacked application for tests is built on the development runtime.',
    );
  }
  const { build, Platform } = await import('electron-builder');
  const files = await build({
    projectDir: projectRoot,
    targets: Platform.current().createTarget(targets),
    config: { ...configFor(runtime, true), directories: { output: 'release' } },
    publish: 'never',
  });
  for (const file of files) say(`package: ${file}`);
}

async function main() {
  const { values } = parseArgs({ options: { target: { type: 'string', multiple: true } } });
  if (values.target === undefined) await packageUnpacked();
  else await packageInstallers(values.target);
}

if (isMain(import.meta.url)) runMain(main);
