import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { askEngine } from './endpoint.mjs';
import { readState, runningState, writeState } from './engine-place.mjs';
import { commandLineOf, markOf, waitUntilGone } from './process.mjs';
import { rootPrefix } from './root.mjs';
import { findProgram, run } from './run.mjs';
import { Trouble } from './say.mjs';
import { freeSubnet, hostRoutes } from './subnet.mjs';

/** @typedef {import('./engine-place.mjs').EnginePlace} EnginePlace */
/** @typedef {(line: string) => void} Log */

/** How long an engine may take until it answers; the first start on a slow disk takes the longest. */
const startLimitMs = 90_000;
/** How long an engine may take to stop its containers and itself. */
const stopLimitMs = 90_000;

/**
 * The engine's configuration. In a file of its own, so that one in /etc/docker neither applies nor
 * contradicts.
 * @param {EnginePlace} place
 * @param {{ subnet: string, bridge: boolean, group: number | undefined }} choice
 */
export function daemonConfig(place, { subnet, bridge, group }) {
  return {
    hosts: [`unix://${place.socket}`],
    'data-root': place.data,
    'exec-root': place.exec,
    pidfile: place.pidFile,
    ...(bridge ? { bridge: place.bridge } : { bip: `${subnet}.255.1/24` }),
    // A /24 for each bay's network; the last one is the default bridge's.
    'default-address-pools': [{ base: `${subnet}.0.0/17`, size: 24 }],
    // A second engine beside the first must leave the firewall alone: both use the same chains.
    iptables: place.name === 'main',
    ...(group === undefined ? {} : { group: String(group) }),
  };
}

/** @returns {Promise<readonly string[]>} */
async function rootOrTrouble() {
  const prefix = await rootPrefix();
  if (prefix !== undefined) return prefix;
  throw new Trouble(
    'No container engine answers, and starting one needs root, which sudo does not give here.\n' +
      "Start the system's own and join its group, then log out and in again:\n" +
      '    sudo systemctl start docker && sudo usermod -aG docker "$USER"\n' +
      'or run this command as root.',
  );
}

/**
 * Starts a program as root, detached from this process and its terminal, writing to the log.
 * @param {readonly string[]} prefix
 * @param {readonly string[]} command
 * @param {string} log
 * @returns {Promise<import('./process.mjs').ProcessMark | undefined>}
 */
async function startDetached(prefix, command, log) {
  writeFileSync(log, ''); // Made here, so that it belongs to the person and not to root.
  const script = 'log=$1; shift; setsid "$@" >>"$log" 2>&1 </dev/null & echo $!';
  const words = [...prefix, 'sh', '-c', script, 'sh', log, ...command];
  const [program = 'sh', ...args] = words;
  const started = await run(program, args, { capture: true });
  return markOf(Number(started.stdout.trim()));
}

/**
 * Starts dockerd for a place and waits until it answers.
 * @param {EnginePlace} place
 * @param {{ keep: boolean, log: Log }} options
 */
export async function startDaemon(place, { keep, log }) {
  if (process.platform !== 'linux') {
    throw new Trouble('No container engine answers. Start Docker Desktop and repeat the command.');
  }
  const dockerd = findProgram('dockerd');
  if (dockerd === undefined) {
    throw new Trouble(
      'No container engine answers, and none is installed.\n' +
        'Install one with: node scripts/debian-packages.mjs engine',
    );
  }
  const prefix = await rootOrTrouble();
  if (runningState(place) !== undefined) await stopOwn(place, log);
  mkdirSync(place.folder, { recursive: true });
  mkdirSync(place.exec, { recursive: true });
  // Left by an engine that was killed; a new process with the same id would stop dockerd's start.
  await asRoot(prefix, ['rm', '-f', place.pidFile, place.socket]);
  const kept = readState(place)?.subnet;
  const isOurs = (/** @type {string} */ device) => device === place.bridge || device.startsWith('br-');
  const subnet = kept ?? freeSubnet(hostRoutes(), isOurs) ?? '10.213';
  const bridge = await makeBridge(prefix, place, `${subnet}.255.1/24`);
  const group = process.getuid?.() === 0 ? undefined : process.getgid?.();
  writeFileSync(place.config, `${JSON.stringify(daemonConfig(place, { subnet, bridge, group }), null, 2)}\n`);

  const which = place.name === 'main' ? 'none answers, starting one of our own' : `starting ${place.name}`;
  log(`engine: ${which} (data in ${place.data})`);
  const mark = await startDetached(prefix, [dockerd, '--config-file', place.config], place.log);
  if (mark === undefined) throw failedStart(place);
  writeState(place, { ...mark, kind: 'dockerd', keep, subnet });
  const end = Date.now() + startLimitMs;
  while (!(await askEngine(`unix://${place.socket}`)).ok) {
    if (markOf(mark.pid)?.started !== mark.started || Date.now() > end) {
      await stopOwn(place, () => undefined);
      throw failedStart(place);
    }
    await sleep(150);
  }
}

/**
 * Lets a person who has sudo, but is not in the engine's group yet, use the system's engine: a small
 * process of root's passes connections on, for as long as the run lasts.
 * @param {EnginePlace} place
 * @param {string} target the engine's own socket
 * @param {Log} log
 */
export async function startRelay(place, target, log) {
  const prefix = await rootOrTrouble();
  if (runningState(place) !== undefined) await stopOwn(place, log);
  mkdirSync(place.exec, { recursive: true });
  await asRoot(prefix, ['rm', '-f', place.socket]);
  log(`engine: ${target} is closed to your user; passing it on through sudo for this run`);
  log('        (to be spared this: sudo usermod -aG docker "$USER", then log in again)');
  const relay = fileURLToPath(new URL('socket-relay.mjs', import.meta.url));
  const owner = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const command = [process.execPath, relay, place.socket, target, owner];
  const mark = await startDetached(prefix, command, place.log);
  if (mark === undefined) throw failedStart(place);
  writeState(place, { ...mark, kind: 'relay', keep: false, subnet: readState(place)?.subnet ?? '' });
  const end = Date.now() + 10_000;
  while (!(await askEngine(`unix://${place.socket}`)).ok && Date.now() < end) await sleep(100);
}

/**
 * @param {readonly string[]} prefix
 * @param {readonly string[]} command
 */
function asRoot(prefix, command) {
  const [program = 'true', ...args] = [...prefix, ...command];
  return run(program, args, { capture: true });
}

/**
 * Makes the bridge of the engine's default network: one of its own, since `docker0` may be another
 * engine's. dockerd only makes `docker0` itself.
 * @param {readonly string[]} prefix
 * @param {EnginePlace} place
 * @param {string} address
 * @returns {Promise<boolean>} false where that cannot be done: dockerd then uses `docker0`
 */
async function makeBridge(prefix, place, address) {
  const ip = findProgram('ip');
  if (ip === undefined) return false;
  if (!existsSync(`/sys/class/net/${place.bridge}`)) {
    const made = await asRoot(prefix, [ip, 'link', 'add', 'name', place.bridge, 'type', 'bridge']);
    if (made.code !== 0) return false;
  }
  await asRoot(prefix, [ip, 'address', 'replace', address, 'dev', place.bridge]);
  return (await asRoot(prefix, [ip, 'link', 'set', place.bridge, 'up'])).code === 0;
}

/**
 * The interfaces of the engine's networks, to be removed once it has gone.
 * @param {EnginePlace} place
 * @returns {Promise<string[]>}
 */
function bridgesOf(place) {
  return new Promise((resolve) => {
    const options = { socketPath: place.socket, path: '/networks', agent: false, timeout: 3000 };
    const asked = request(options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        body += text;
      });
      response.on('end', () => {
        try {
          /** @type {{ Id: string, Driver: string, Name: string }[]} */
          const networks = JSON.parse(body);
          resolve(
            networks
              .filter((network) => network.Driver === 'bridge' && network.Name !== 'bridge')
              .map((network) => `br-${network.Id.slice(0, 12)}`),
          );
        } catch {
          resolve([]); // It is going down already; its interfaces are made anew or reused.
        }
      });
      response.on('error', () => resolve([]));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve([]));
    asked.end();
  });
}

/**
 * Stops the process that was started for a place, and only that: its id, its start time and its
 * command line must all be the ones written down. Its data stay.
 * @param {EnginePlace} place
 * @param {Log} log
 * @returns {Promise<boolean>} whether there was one
 */
export async function stopOwn(place, log) {
  const state = runningState(place);
  if (state === undefined) return false;
  const expected = state.kind === 'relay' ? place.socket : place.config;
  if (!commandLineOf(state.pid).includes(expected)) return false;
  const prefix = await rootOrTrouble();
  const bridges = state.kind === 'dockerd' ? [...(await bridgesOf(place)), place.bridge] : [];
  await asRoot(prefix, ['kill', '-TERM', String(state.pid)]);
  if (!(await waitUntilGone(state, stopLimitMs))) {
    log(`engine: process ${state.pid} does not stop by itself; ending it`);
    await asRoot(prefix, ['kill', '-KILL', String(state.pid)]);
    await waitUntilGone(state, 5000);
  }
  if (state.kind === 'dockerd') await stopContainerd(prefix, place);
  const ip = findProgram('ip');
  for (const bridge of bridges) {
    if (ip === undefined || !existsSync(`/sys/class/net/${bridge}`)) continue;
    await asRoot(prefix, [ip, 'link', 'delete', bridge]);
  }
  await asRoot(prefix, ['rm', '-f', place.socket, place.pidFile]);
  // The subnet stays written down: the networks kept with the data use it.
  if (state.subnet === '') rmSync(place.state, { force: true });
  else writeState(place, { ...state, pid: 0, started: '' });
  log(state.kind === 'relay' ? 'engine: no longer passed on' : 'engine: stopped');
  return true;
}

/**
 * Stops the containerd that our dockerd started, should it have outlived it.
 * @param {readonly string[]} prefix
 * @param {EnginePlace} place
 */
async function stopContainerd(prefix, place) {
  const written = await asRoot(prefix, ['cat', join(place.exec, 'containerd', 'containerd.pid')]);
  const mark = markOf(Number(written.stdout.trim()));
  if (mark === undefined || !commandLineOf(mark.pid).includes(place.exec)) return;
  await asRoot(prefix, ['kill', '-TERM', String(mark.pid)]);
  await waitUntilGone(mark, 10_000);
}

/** @type {readonly [RegExp, string][]} */
const hints = [
  [
    /iptables|nf_tables|ip_tables/i,
    'The kernel offers no packet filter here, or forbids it: a container without the right to change its network cannot run an engine.',
  ],
  [
    /overlay|storage-driver|graphdriver/i,
    'The folder for its data is on a file system that the engine cannot use: set SLIPWAY_CACHE to a folder on ext4, xfs or btrfs.',
  ],
  [/no space left/i, 'The disk is full.'],
  [/cgroup/i, 'Control groups are not mounted or not writable here.'],
  [
    /operation not permitted|permission denied/i,
    'Root is not allowed everything here; an engine needs a machine, or a container with --privileged.',
  ],
];

/**
 * @param {EnginePlace} place
 * @returns {Trouble}
 */
function failedStart(place) {
  let lines = '';
  try {
    const all = readFileSync(place.log, 'utf8').trim().split('\n');
    lines = all
      .filter((line) => !/level=(info|debug)/.test(line))
      .slice(-12)
      .join('\n');
  } catch {
    lines = '(it wrote nothing)';
  }
  const hint = hints.find(([pattern]) => pattern.test(lines))?.[1];
  return new Trouble(
    `The container engine did not start. Its last words:\n\n${lines}\n\n` +
      (hint === undefined ? '' : `${hint}\n`) +
      `The whole log is ${place.log}. Any engine that answers will do as well: start the system's\n` +
      'own, or name another with DOCKER_HOST.',
  );
}
