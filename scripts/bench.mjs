// npm run bench: measures what the station has a limit for and prints one JSON object on standard output;
// what it does meanwhile goes to standard error.
//
//   npm run bench -- --only history,ports   only these
//   npm run bench -- --quick                few repetitions, to try the bench itself
//   npm run bench -- --list                 what there is
//
// Every figure is measured within one run, each bench in a process of its own. A figure over its limit is
// told (`met: false`), and is no error: how fast this machine is says nothing about the code's being right.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { arch, cpus, loadavg, platform, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanup } from './lib/cleanup.mjs';
import { isMain, projectRoot, runMain } from './lib/main.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { run } from './lib/run.mjs';
import { Trouble, warn } from './lib/say.mjs';

const suffix = '.bench.ts';
/** No bench takes this long; one that hangs must not hang everything else. */
const limitMs = 20 * 60_000;

/** @typedef {{ name: string, title: string, needs: readonly string[] }} Listed */

function benchNames() {
  return readdirSync(join(projectRoot, 'bench'))
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .sort();
}

/** @param {string | undefined} only */
export function chooseBenches(only) {
  const names = benchNames();
  if (only === undefined) return names;
  const wanted = only.split(',').map((name) => name.trim());
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Trouble(`No such bench: ${unknown.join(', ')}. There are ${names.join(', ')}.`);
  }
  return wanted;
}

/**
 * Installs, starts and builds what the chosen ones need.
 * @param {readonly Listed[]} listed
 * @param {(release: () => Promise<void>) => void} defer
 * @returns {Promise<Record<string, string>>} what to add to their environment
 */
async function setUp(listed, defer) {
  const needs = new Set(listed.flatMap((bench) => bench.needs));
  /** @type {Record<string, string>} */
  const environment = {};
  if (needs.has('engine') || needs.has('window')) {
    const { setUpStation } = await import('./lib/station-setup.mjs');
    const { dockerHost, runtime } = await setUpStation({ window: needs.has('window'), log: warn, defer });
    environment['DOCKER_HOST'] = dockerHost;
    if (runtime !== undefined) environment['SLIPWAY_TEST_ELECTRON'] = runtime.executable;
  }
  if (needs.has('build') || needs.has('window')) await (await import('./build.mjs')).build({ log: warn });
  if (needs.has('window')) {
    const { openDisplay } = await import('./lib/display.mjs');
    const display = await openDisplay({ log: warn });
    defer(display.close);
    environment['DISPLAY'] = display.name;
  }
  return environment;
}

/**
 * @param {string} name
 * @param {readonly string[]} words
 * @param {{ env?: NodeJS.ProcessEnv, signal: AbortSignal }} options
 * @returns {Promise<any>} what it says on standard output
 */
async function runOne(name, words, { env = process.env, signal }) {
  const program = join(projectRoot, 'scripts', 'lib', 'bench-one.mjs');
  const { code, stdout, stderr } = await run(process.execPath, [program, name, ...words], {
    cwd: projectRoot,
    env,
    signal,
    capture: true,
    timeoutMs: limitMs,
  });
  if (stderr.trim() !== '') warn(stderr.trimEnd());
  if (code !== 0) throw new Trouble(/^.*Error: .*$/m.exec(stderr)?.[0] ?? `exit code ${code}`);
  return JSON.parse(stdout);
}

/** @param {string | undefined} dockerHost */
function machineFacts(dockerHost) {
  /** @param {string} command @param {string[]} words */
  const said = (command, words) => {
    try {
      return execFileSync(command, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      return null; // Not on this machine.
    }
  };
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    system: `${platform()} ${release()} ${arch()}`,
    distribution: distribution(),
    node: process.version,
    engine:
      dockerHost === undefined
        ? null
        : said('docker', ['-H', dockerHost, 'version', '-f', '{{.Server.Version}}']),
    commit: said('git', ['-C', projectRoot, 'describe', '--always', '--dirty']),
    loadAverage: loadavg().map((load) => Number(load.toFixed(2))),
  };
}

function distribution() {
  try {
    return /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? null;
  } catch {
    return null; // Not Linux.
  }
}

async function main() {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, quick: { type: 'boolean' }, list: { type: 'boolean' } },
  });
  const names = chooseBenches(values.only);
  const end = cleanup();
  await ensureNpmPackages({ log: warn });
  /** @type {Listed[]} */
  const listed = [];
  for (const name of names) {
    listed.push({ name, ...(await runOne(name, ['--describe'], { signal: end.signal })) });
  }
  if (values.list) {
    process.stdout.write(`${JSON.stringify(listed, null, 2)}\n`);
    return 0;
  }
  /** @type {unknown[]} */
  const figures = [];
  /** @type {{ bench: string, reason: string }[]} */
  const failed = [];
  const began = new Date();
  try {
    const environment = await setUp(listed, end.defer);
    const machine = machineFacts(environment['DOCKER_HOST']);
    for (const { name, title } of listed) {
      if (end.signal.aborted) break;
      warn(`\n== ${name}: ${title}`);
      const folder = mkdtempSync(join(tmpdir(), `slipway-bench-${name}-`));
      try {
        const env = { ...process.env, ...environment };
        const words = ['--folder', folder, ...(values.quick ? ['--quick'] : [])];
        const made = await runOne(name, words, { env, signal: end.signal });
        for (const figure of made.figures) figures.push({ bench: name, ...figure });
      } catch (error) {
        failed.push({ bench: name, reason: error instanceof Error ? error.message : String(error) });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    const report = { at: began.toISOString(), quick: values.quick ?? false, machine, figures, failed };
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await end.run();
  }
  return failed.length > 0 || end.signal.aborted ? 1 : 0;
}

if (isMain(import.meta.url)) runMain(main);
