import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDirectory } from './cache.mjs';
import { markOf, stillRuns } from './process.mjs';

/**
 * @typedef {object} EnginePlace where an engine of ours keeps its things
 * @property {string} name `main`, or the name of a second one that a test starts
 * @property {string} folder
 * @property {string} data images, containers, volumes: kept from run to run
 * @property {string} exec
 * @property {string} socket
 * @property {string} pidFile
 * @property {string} config
 * @property {string} log
 * @property {string} state
 * @property {string} users a file per process that uses the engine
 * @property {string} bridge
 */

/**
 * @typedef {object} EngineState what is written down about an engine that we started
 * @property {number} pid
 * @property {string} started
 * @property {'dockerd' | 'relay'} kind
 * @property {boolean} keep whether it was started by hand, and so stays until it is stopped by hand
 * @property {string} subnet
 */

/** The longest path that a Unix socket can have on Linux is 107 bytes. */
const longestSocketPath = 107;
/** The longest socket name that dockerd and its containerd make below the exec root. */
const longestBelowExec = '/containerd/containerd-debug.sock.ttrpc'.length;

/**
 * Where the engine of a name keeps its things. Sockets move to the temporary directory when the
 * cache folder's path is too long for them.
 * @param {string} [name]
 * @param {string} [cache]
 * @returns {EnginePlace}
 */
export function enginePlace(name = 'main', cache = cacheDirectory()) {
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(name)) {
    throw new Error(`"${name}" is no name for an engine: use a-z, 0-9 and -, at most 31 of them`);
  }
  const folder = join(cache, 'engines', name);
  const key = createHash('sha256').update(folder).digest('hex').slice(0, 8);
  const fits = Buffer.byteLength(join(folder, 'exec')) + longestBelowExec <= longestSocketPath;
  const runtime = fits ? folder : join(tmpdir(), `slipway-${key}`);
  return {
    name,
    folder,
    data: join(folder, 'data'),
    exec: join(runtime, 'exec'),
    socket: join(runtime, 'docker.sock'),
    pidFile: join(runtime, 'docker.pid'),
    config: join(folder, 'daemon.json'),
    log: join(folder, 'engine.log'),
    state: join(folder, 'engine.json'),
    users: join(folder, 'users'),
    // An interface name has at most 15 characters.
    bridge: name === 'main' ? 'slipway0' : `slw-${key}`,
  };
}

/**
 * What is written down about the engine of a place, or undefined when none was started.
 * @param {EnginePlace} place
 * @returns {EngineState | undefined}
 */
export function readState(place) {
  try {
    const value = JSON.parse(readFileSync(place.state, 'utf8'));
    return typeof value.pid === 'number' && typeof value.started === 'string' ? value : undefined;
  } catch {
    // Never started, or stopped cleanly.
    return undefined;
  }
}

/**
 * @param {EnginePlace} place
 * @param {EngineState} state
 */
export function writeState(place, state) {
  writeFileSync(place.state, `${JSON.stringify(state, null, 2)}\n`);
}

/**
 * The state of an engine that we started and that still runs, or undefined.
 * @param {EnginePlace} place
 */
export function runningState(place) {
  const state = readState(place);
  return state !== undefined && stillRuns(state) ? state : undefined;
}

/**
 * Notes that this process uses the engine, so that nobody else's end takes it away.
 * @param {EnginePlace} place
 */
export function enter(place) {
  mkdirSync(place.users, { recursive: true });
  const mark = markOf(process.pid) ?? { pid: process.pid, started: '' };
  writeFileSync(join(place.users, `${process.pid}.json`), JSON.stringify(mark));
}

/**
 * Notes that this process no longer uses the engine.
 * @param {EnginePlace} place
 */
export function leave(place) {
  rmSync(join(place.users, `${process.pid}.json`), { force: true });
}

/**
 * How many living processes use the engine; notes of dead ones are removed.
 * @param {EnginePlace} place
 */
export function countUsers(place) {
  if (!existsSync(place.users)) return 0;
  let count = 0;
  for (const entry of readdirSync(place.users)) {
    const file = join(place.users, entry);
    try {
      if (stillRuns(JSON.parse(readFileSync(file, 'utf8')))) count += 1;
      else rmSync(file, { force: true });
    } catch {
      rmSync(file, { force: true });
    }
  }
  return count;
}
