// Installs the Debian (or Ubuntu) packages that the demo and the tests need, if they are missing.
//
//   node scripts/debian-packages.mjs [SET...]           sets: engine window base-image boards
//   node scripts/debian-packages.mjs --check [SET...]   only says what is missing; exit code 1 then
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { installedNames, missingOf, nameHere, parseInstalled, packageSets } from './lib/package-sets.mjs';
import { isMain, runMain } from './lib/main.mjs';
import { rootPrefix } from './lib/root.mjs';
import { findProgram, run } from './lib/run.mjs';
import { say, Trouble } from './lib/say.mjs';

/** @typedef {import('./lib/package-sets.mjs').SetName} SetName */

/**
 * What is missing of the sets. A package counts as there when it is installed, or when the program
 * that it is wanted for is found, wherever that came from.
 * @param {readonly SetName[]} names
 */
export async function missingPackages(names) {
  const wanted = names.flatMap((name) => packageSets[name]);
  const query = await run(
    'dpkg-query',
    ['-W', '-f', '${db:Status-Abbrev} ${Package}\n', ...installedNames(wanted)],
    {
      capture: true,
    },
  );
  return missingOf(wanted, {
    installed: parseInstalled(query.stdout),
    hasProgram: (program) => findProgram(program) !== undefined,
    hasFile: existsSync,
  });
}

/**
 * Makes sure that the packages of some sets are installed: says what it is going to do and does it,
 * as root or through sudo. Where it cannot, it says the exact commands to type.
 * @param {readonly SetName[]} names
 * @param {{ log?: (line: string) => void }} [options]
 */
export async function ensureDebianPackages(names, { log = say } = {}) {
  if (process.platform !== 'linux') return; // Docker Desktop and the desktop itself bring all of it.
  const missing = await missingPackages(names);
  if (missing.length === 0) {
    log(`packages: all there (${names.join(', ')})`);
    return;
  }
  const apt = findProgram('apt-get');
  if (apt === undefined) {
    throw new Trouble(
      'This system is neither Debian nor Ubuntu, so nothing can be installed here by itself.\n' +
        'Install what provides these, with its own package manager:\n' +
        missing.map((item) => `  ${item.program ?? item.file ?? item.name}  (${item.why})`).join('\n'),
    );
  }
  log('packages: these Debian packages are missing and will be installed:');
  for (const item of missing) log(`  ${item.name}: ${item.why}`);
  const prefix = await rootPrefix();
  if (prefix === undefined) {
    throw new Trouble(
      'Installing them needs root, and sudo asks for a password here. Type this and repeat the command:\n' +
        '    sudo apt-get update\n' +
        `    sudo apt-get install --no-install-recommends ${missing.map((item) => item.name).join(' ')}`,
    );
  }
  await aptGet(prefix, apt, ['update', '--quiet'], log, { mayFail: true });
  const resolved = await Promise.all(
    missing.map(async (item) => {
      const policy = await run('apt-cache', ['policy', item.name, `${item.name}t64`], { capture: true });
      return nameHere(item.name, policy.stdout);
    }),
  );
  const options = ['--yes', '--quiet', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0'];
  await aptGet(prefix, apt, ['install', ...options, ...resolved], log, { mayFail: false });
}

/**
 * @param {readonly string[]} prefix
 * @param {string} apt
 * @param {readonly string[]} args
 * @param {(line: string) => void} log
 * @param {{ mayFail: boolean }} options
 */
async function aptGet(prefix, apt, args, log, { mayFail }) {
  // Another apt may be at work, as on a machine that has just been started: wait for it.
  const words = [
    ...prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    apt,
    '-o',
    'DPkg::Lock::Timeout=120',
    ...args,
  ];
  log(`$ ${words.join(' ')}`);
  const [program = 'env', ...rest] = words;
  const outcome = await run(program, rest);
  if (outcome.code === 0) return;
  if (mayFail) {
    log('packages: the lists could not be refreshed wholly; going on with those that are there');
    return;
  }
  throw new Trouble(
    `apt-get ended with code ${outcome.code}; its own words are above. Correct that and repeat the command.`,
  );
}

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { check: { type: 'boolean' } },
  });
  const known = /** @type {SetName[]} */ (Object.keys(packageSets));
  const unknown = positionals.filter((name) => !known.some((other) => other === name));
  if (unknown.length > 0)
    throw new Trouble(`No such set: ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
  const names = positionals.length > 0 ? /** @type {SetName[]} */ (positionals) : known;
  if (!values.check) {
    await ensureDebianPackages(names);
    return 0;
  }
  const missing = await missingPackages(names);
  for (const item of missing) say(`missing: ${item.name} (${item.why})`);
  if (missing.length === 0) say('all there');
  return missing.length === 0 ? 0 : 1;
}

if (isMain(import.meta.url)) runMain(main);
