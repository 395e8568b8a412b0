// A container engine for the demo and the tests. Uses the one that already answers; where none
// does, starts one of its own (own data, own socket, own bridge) and stops only that one.
//
//   node scripts/engine.mjs status            which engine would be used
//   node scripts/engine.mjs start [--name N]  start one unless one answers (--name: always our own)
//   node scripts/engine.mjs stop  [--name N]  stop the one that this script started
//   eval "$(node scripts/engine.mjs env)"     DOCKER_HOST for the shell
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { withLock } from './lib/lock.mjs';
import { askEngine, engineCandidates, homeFolder } from './lib/endpoint.mjs';
import { countUsers, enginePlace, enter, leave, runningState } from './lib/engine-place.mjs';
import { startDaemon, startRelay, stopOwn } from './lib/engine-daemon.mjs';
import { isMain, runMain } from './lib/main.mjs';
import { rootPrefix } from './lib/root.mjs';
import { run } from './lib/run.mjs';
import { say, Trouble } from './lib/say.mjs';

/**
 * @typedef {object} FoundEngine
 * @property {string} host for DOCKER_HOST
 * @property {string} version
 * @property {string} source where it was found
 * @property {boolean} own whether these scripts started it
 */

/**
 * @typedef {import('./lib/endpoint.mjs').Candidate & import('./lib/endpoint.mjs').Answer} Tried
 */

/**
 * Looks for an engine that answers: DOCKER_HOST, the current Docker context, the system's socket,
 * the one that these scripts started.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<{ engine: FoundEngine | undefined, tried: Tried[] }>}
 */
export async function findEngine(env = process.env) {
  const ownSocket = enginePlace().socket;
  /** @type {Tried[]} */
  const tried = [];
  for (const candidate of engineCandidates({ env, home: homeFolder(), ownSocket })) {
    const answer = await askEngine(candidate.host, { env });
    tried.push({ ...candidate, ...answer });
    if (answer.ok) {
      const own = candidate.host === `unix://${ownSocket}`;
      const { host, source } = candidate;
      return { engine: { host, source, own, version: answer.version ?? '' }, tried };
    }
  }
  return { engine: undefined, tried };
}

/**
 * Starts an engine of our own, or joins the one of that name that already runs.
 * @param {{ name?: string, keep?: boolean, log?: (line: string) => void }} [options] `keep`: it
 *   stays until it is stopped by hand
 * @returns {Promise<FoundEngine>}
 */
export async function startEngine({ name = 'main', keep = false, log = say } = {}) {
  const place = enginePlace(name);
  const host = `unix://${place.socket}`;
  return withLock(`${place.folder}.lock`, 'starting or stopping an engine', async () => {
    const present = await askEngine(host);
    if (!present.ok) await startDaemon(place, { keep, log });
    const answer = present.ok ? present : await askEngine(host);
    return { host, version: answer.version ?? '', source: 'the engine these scripts start', own: true };
  });
}

/**
 * Stops the engine of that name if these scripts started it; its images stay for the next time.
 * @param {{ name?: string, log?: (line: string) => void }} [options]
 * @returns {Promise<boolean>} whether there was one to stop
 */
export function stopEngine({ name = 'main', log = say } = {}) {
  const place = enginePlace(name);
  return withLock(`${place.folder}.lock`, 'starting or stopping an engine', () => stopOwn(place, log));
}

/**
 * Makes sure that an engine answers, and sets DOCKER_HOST for this process and its children.
 * Call `release` at the end: it stops the engine if it was started for such a run, and nobody else
 * uses it now.
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<FoundEngine & { release: () => Promise<void> }>}
 */
export async function ensureEngine({ log = say } = {}) {
  const place = enginePlace();
  enter(place);
  try {
    const { engine: found, tried } = await findOrAwaitEngine();
    const engine = found ?? (await startInstead(tried, log));
    log(`engine: ${engine.version}, ${engine.source} (${engine.host})`);
    process.env['DOCKER_HOST'] = engine.host;
    return { ...engine, release: () => release(place, engine, log) };
  } catch (error) {
    leave(place);
    throw error;
  }
}

/**
 * Like `findEngine`, but where the system is just starting its own engine (it does so when the package
 * is installed), that one is waited for: one of ours beside it would be one too many.
 */
async function findOrAwaitEngine() {
  const end = Date.now() + 20_000;
  for (;;) {
    const found = await findEngine();
    if (found.engine !== undefined || Date.now() > end) return found;
    if (found.tried.some((one) => one.reason === 'denied')) return found;
    if (!existsSync('/run/systemd/system')) return found;
    const unit = await run('systemctl', ['is-active', 'docker.service'], { capture: true });
    if (!['active', 'activating'].includes(unit.stdout.trim())) return found;
    await sleep(500);
  }
}

/**
 * @param {readonly Tried[]} tried
 * @param {(line: string) => void} log
 */
async function startInstead(tried, log) {
  for (const one of tried.filter((item) => item.reason !== 'absent')) {
    log(`${one.source} (${one.host}) does not answer: ${one.detail ?? one.reason ?? ''}`);
  }
  const denied = tried.find((one) => one.reason === 'denied' && one.host.startsWith('unix://'));
  if (denied === undefined) return startEngine({ log });
  // An engine runs, and this user may not use it. A second one beside it would rewrite the firewall
  // rules of the first, so with sudo its socket is passed on for as long as the run lasts.
  if ((await rootPrefix()) === undefined) throw new Trouble(wordsForDenied(denied.host));
  const place = enginePlace();
  await withLock(`${place.folder}.lock`, 'starting or stopping an engine', () =>
    startRelay(place, denied.host.slice('unix://'.length), log),
  );
  const host = `unix://${place.socket}`;
  const answer = await askEngine(host);
  if (!answer.ok) throw new Trouble(wordsForDenied(denied.host));
  return { host, version: answer.version ?? '', source: `${denied.source}, through sudo`, own: true };
}

/** @param {string} host */
function wordsForDenied(host) {
  return (
    `A Docker engine runs (${host}), but your user may not use it.\n` +
    'Join the group that may, log out and in again, and repeat the command:\n' +
    '    sudo usermod -aG docker "$USER"'
  );
}

/**
 * @param {import('./lib/engine-place.mjs').EnginePlace} place
 * @param {FoundEngine} engine
 * @param {(line: string) => void} log
 */
async function release(place, engine, log) {
  leave(place);
  if (!engine.own) return;
  const state = runningState(place);
  if (state === undefined || state.keep) return;
  const others = countUsers(place);
  if (others > 0) {
    log(`engine: left running, ${others} other process(es) of this project use it`);
    return;
  }
  await stopEngine({ log });
}

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { name: { type: 'string' } },
  });
  const [command = 'status'] = positionals;
  if (command === 'stop') {
    const stopped = await stopEngine({ name: values.name ?? 'main' });
    if (!stopped) say('no engine of ours is running');
    return 0;
  }
  const { engine, tried } = await findEngine();
  if (command === 'env') {
    if (engine === undefined) throw new Trouble('No engine answers: node scripts/engine.mjs start');
    say(`export DOCKER_HOST='${engine.host}'`);
    return 0;
  }
  if (command === 'start') {
    if (engine !== undefined && values.name === undefined) {
      say(`engine ${engine.version} already answers: ${engine.source} (${engine.host})`);
      return 0;
    }
    const started = await startEngine({ name: values.name ?? 'main', keep: true });
    say(`engine ${started.version} answers.\nDOCKER_HOST=${started.host}`);
    return 0;
  }
  if (command !== 'status') {
    throw new Trouble(`"${command}" is none of status, start, stop, env.`);
  }
  for (const one of tried) {
    const outcome = one.ok ? `answers, version ${one.version}` : `${one.reason}: ${one.detail}`;
    say(`${one.host} (${one.source}): ${outcome}`);
  }
  return engine === undefined ? 1 : 0;
}

if (isMain(import.meta.url)) runMain(main);
