// Builds dist/: the window's main process, the command line, the preload and the page. A part whose
// sources are as they were at the last build is left alone.
//
//   node scripts/build.mjs            build what has changed
//   node scripts/build.mjs --force    build everything
//   node scripts/build.mjs --watch    build, then again at every change, until Ctrl-C
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { hashOfInputs } from './lib/inputs.mjs';
import { withLock } from './lib/lock.mjs';
import { isMain, projectRoot, runMain } from './lib/main.mjs';
import { duration, say, Trouble } from './lib/say.mjs';

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {string} config
 * @property {string[]} entries
 * @property {string[]} inputs files and folders that the part is made of
 * @property {string[]} outputs files that must be there afterwards
 * @property {string[]} cleared what is removed before
 */

const shared = ['src-shared', 'assets', 'package.json', 'package-lock.json', 'tsconfig.base.json'];

/** @type {readonly Part[]} */
export const parts = [
  {
    name: 'main',
    config: 'vite.node.config.ts',
    entries: ['src-main/electron/main.ts', 'src-main/cli/main.ts'],
    inputs: ['src-main', ...shared],
    outputs: ['dist/main/index.js', 'dist/cli/main.js'],
    cleared: ['dist/main', 'dist/cli', 'dist/chunks'],
  },
  {
    name: 'preload',
    config: 'vite.preload.config.ts',
    entries: ['src-main/preload/preload.ts'],
    inputs: ['src-main/preload', ...shared],
    outputs: ['dist/preload/preload.cjs'],
    cleared: [],
  },
  {
    name: 'renderer',
    config: 'vite.renderer.config.ts',
    entries: ['src-renderer/index.html'],
    inputs: ['src-renderer', ...shared],
    outputs: ['dist/renderer/index.html'],
    cleared: [],
  },
];

/** @param {Part} part */
function noteOf(part) {
  return join(projectRoot, '.cache', 'build', `${part.name}.json`);
}

/**
 * @param {Part} part
 * @param {string} hash
 */
function isUpToDate(part, hash) {
  try {
    const note = JSON.parse(readFileSync(noteOf(part), 'utf8'));
    return note.hash === hash && part.outputs.every((file) => existsSync(join(projectRoot, file)));
  } catch {
    return false; // Never built.
  }
}

/** Says which entry is missing, before a bundler does so in its own words. */
function checkEntries() {
  const missing = parts
    .flatMap((part) => part.entries)
    .filter((file) => !existsSync(join(projectRoot, file)));
  if (missing.length > 0) {
    throw new Trouble(`Cannot build: ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing.`);
  }
}

/** @returns {Promise<typeof import('vite')>} */
async function loadVite() {
  try {
    return await import('vite');
  } catch (error) {
    throw new Trouble(`Vite cannot be loaded (${String(error)}). Install the packages: npm ci`);
  }
}

/**
 * Builds the parts whose sources have changed.
 * @param {{ force?: boolean, log?: (line: string) => void }} [options]
 * @returns {Promise<{ built: string[] }>} the names of the parts that were built
 */
export function build({ force = false, log = say } = {}) {
  return withLock(join(projectRoot, '.cache', 'build.lock'), 'building', async () => {
    checkEntries();
    /** @type {string[]} */
    const built = [];
    for (const part of parts) {
      const hash = hashOfInputs(projectRoot, [...part.inputs, part.config]);
      if (!force && isUpToDate(part, hash)) continue;
      const begun = Date.now();
      const vite = await loadVite();
      rmSync(noteOf(part), { force: true });
      for (const folder of part.cleared) rmSync(join(projectRoot, folder), { recursive: true, force: true });
      await vite.build({ configFile: join(projectRoot, part.config), logLevel: 'warn' });
      mkdirSync(dirname(noteOf(part)), { recursive: true });
      writeFileSync(noteOf(part), JSON.stringify({ hash }));
      log(`build: ${part.name} in ${duration(Date.now() - begun)}`);
      built.push(part.name);
    }
    if (built.length === 0) log('build: nothing has changed');
    return { built };
  });
}

/**
 * Builds, and again at every change.
 * @param {{ onBuilt: (part: string) => void, log?: (line: string) => void }} options `onBuilt` is
 *   called after each build that worked, the first one included
 * @returns {Promise<() => Promise<void>>} ends it
 */
export async function watch({ onBuilt, log = say }) {
  checkEntries();
  const vite = await loadVite();
  /** @type {{ close: () => Promise<void> }[]} */
  const watchers = [];
  for (const part of parts) {
    // What watching writes is not what a build would: the next one starts afresh.
    rmSync(noteOf(part), { force: true });
    const made = await vite.build({
      configFile: join(projectRoot, part.config),
      logLevel: 'warn',
      build: { watch: {} },
    });
    if (!('on' in made)) throw new Error(`Vite did not watch ${part.name}`);
    made.on('event', (event) => {
      if (event.code === 'BUNDLE_END') {
        log(`build: ${part.name} in ${duration(event.duration)}`);
        onBuilt(part.name);
        void event.result.close();
      } else if (event.code === 'ERROR') {
        log(`build: ${part.name} failed: ${event.error.message}`);
      }
    });
    watchers.push(made);
  }
  return async () => {
    await Promise.all(watchers.map((watcher) => watcher.close()));
  };
}

async function main() {
  const { values } = parseArgs({ options: { force: { type: 'boolean' }, watch: { type: 'boolean' } } });
  if (!values.watch) {
    await build({ force: values.force ?? false });
    return;
  }
  const close = await watch({ onBuilt: () => undefined });
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await close();
}

if (isMain(import.meta.url)) runMain(main);
