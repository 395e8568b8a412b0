// The base system of the demo's images, made the articles' way: debootstrap, then a tar.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { rootPrefix } from '../scripts/lib/root.mjs';
import { findProgram, run } from '../scripts/lib/run.mjs';
import { Trouble, duration } from '../scripts/lib/say.mjs';

// Python was part of the articles' base system; without it here every image would install it again.
const PACKAGES = ['python3', 'python-is-python3'];

const TELL_EVERY_MS = 5000;

/**
 * @typedef {object} BaseSystem
 * @property {string} suite
 * @property {string} mirror empty for the one that debootstrap knows for the suite
 * @property {string[]} components
 */

/**
 * Which system to make when nobody chose: Debian 12, from the mirror that this machine uses; on
 * Ubuntu, this machine's own release, because its mirrors and keys know no Debian.
 *
 * @param {{ suite?: string, mirror?: string }} [chosen]
 * @param {{ osRelease?: string, sources?: string[] }} [machine] the texts of /etc/os-release and of apt's sources
 * @returns {BaseSystem}
 */
export function chooseBaseSystem(chosen = {}, { osRelease = readOsRelease(), sources = readSources() } = {}) {
  const ubuntu = /^ID=["']?ubuntu/m.test(osRelease);
  const codename = /^VERSION_CODENAME=["']?([\w-]+)/m.exec(osRelease)?.[1];
  const suite = chosen.suite ?? (ubuntu && codename ? codename : 'bookworm');
  const distribution = ubuntu ? 'ubuntu' : 'debian';
  const mirror = chosen.mirror ?? findMirror(sources, distribution) ?? '';
  return { suite, mirror, components: ubuntu ? ['main', 'universe'] : ['main'] };
}

/**
 * The first address in apt's sources, old form or new, that ends in the distribution's name.
 * @param {string[]} sources
 * @param {string} distribution
 */
function findMirror(sources, distribution) {
  const addresses = sources
    .flatMap((text) => text.split('\n'))
    .filter((line) => /^\s*(deb\s|URIs:)/.test(line))
    .flatMap((line) => line.match(/https?:\/\/\S+/g) ?? [])
    .map((address) => address.replace(/\/+$/, ''));
  return addresses.find((address) => address.endsWith(`/${distribution}`));
}

function readOsRelease() {
  return existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
}

function readSources() {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return ['/etc/apt/sources.list', ...files]
    .filter((file) => /\.(list|sources)$/.test(file) && existsSync(file))
    .map((file) => readFileSync(file, 'utf8'));
}

/** Says which base system this is, in a few letters. @param {BaseSystem} system */
export function baseSystemKey(system) {
  return createHash('sha256')
    .update(JSON.stringify([system, PACKAGES]))
    .digest('hex')
    .slice(0, 12);
}

/**
 * The base system as a gzipped tar in the cache; made, in a minute or so, when it is not there yet.
 *
 * @param {object} options
 * @param {BaseSystem} options.system
 * @param {string} options.cache
 * @param {(line: string) => void} options.log
 * @returns {Promise<string>} the tar's path
 * @throws {Trouble} where debootstrap or the right to run it is missing, or it fails
 */
export async function ensureBaseSystem({ system, cache, log }) {
  const { suite, mirror, components } = system;
  const name = `base-${suite}-${baseSystemKey(system)}`;
  const tar = join(cache, `${name}.tar.gz`);
  if (existsSync(tar)) return tar;

  const debootstrap = findProgram('debootstrap');
  if (!debootstrap) throw new Trouble('debootstrap is missing. Install it: sudo apt-get install debootstrap');
  const asRoot = await rootPrefix();
  if (!asRoot) throw new Trouble('Making the base system needs root, or sudo. Run this as root once.');

  mkdirSync(cache, { recursive: true });
  const root = join(cache, `${name}.${process.pid}`);
  const [program = debootstrap, ...words] = [...asRoot, debootstrap];
  const args = [
    ...words,
    '--variant=minbase',
    `--components=${components.join(',')}`,
    `--include=${PACKAGES.join(',')}`,
    suite,
    root,
    ...(mirror === '' ? [] : [mirror]),
  ];
  const began = Date.now();
  log(`$ ${[program, ...args].join(' ')}`);
  try {
    await mustRun(program, args, {
      sentence: `debootstrap could not make ${suite} from ${mirror || 'its own mirror'}`,
      log,
    });
    const part = `${tar}.${process.pid}`;
    const pack = `rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*_*; tar -C "$1" -c . | gzip -1 > "$2"`;
    const [shell = 'sh', ...before] = [...asRoot, 'sh'];
    await mustRun(shell, [...before, '-c', pack, 'sh', root, part], {
      sentence: 'packing the base system failed',
      log,
    });
    renameSync(part, tar);
    log(`base system ready after ${duration(Date.now() - began)}: ${tar}`);
    return tar;
  } finally {
    if (existsSync(root)) await removeAsRoot(asRoot, root);
  }
}

/** @param {readonly string[]} asRoot @param {string} folder */
async function removeAsRoot(asRoot, folder) {
  if (asRoot.length === 0) return rmSync(folder, { recursive: true, force: true });
  const [program = 'rm', ...words] = [...asRoot, 'rm', '-rf', folder];
  await run(program, words);
}

/**
 * Runs a program that prints a lot: tells now and then how far it is, all of it only when it fails.
 * @param {string} program @param {string[]} args
 * @param {{ sentence: string, log: (line: string) => void }} options `sentence`: what it means when it fails
 * @returns {Promise<void>}
 */
async function mustRun(program, args, { sentence, log }) {
  const child = spawn(program, args, { stdio: ['inherit', 'pipe', 'pipe'] });
  /** @type {string[]} */
  const last = [];
  let told = Date.now();
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', (line) => {
      last.push(line);
      if (last.length > 15) last.shift();
      if (Date.now() - told < TELL_EVERY_MS) return;
      told = Date.now();
      log(`  ${line.replace(/^I: /, '')}`);
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Trouble(`${sentence} (exit code ${code}):\n${last.join('\n')}`);
}
