#!/usr/bin/env node
// Makes the demo's images: `precise` by debootstrap, as in the articles, and what is built on it.
import { createHash } from 'node:crypto';
import {
  cpSync,
  createReadStream,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Docker from 'dockerode';
import { findEngine } from '../scripts/engine.mjs';
import { cacheDirectory } from '../scripts/lib/cache.mjs';
import { isMain, runMain } from '../scripts/lib/main.mjs';
import { Trouble, duration, say } from '../scripts/lib/say.mjs';
import { baseSystemKey, chooseBaseSystem, ensureBaseSystem } from './base-system.mjs';

const OURS = 'io.slipway.demo';
const SOURCE = 'io.slipway.demo.source';
const BASE = 'precise';
/** What our base is called on a machine that has a `precise` of its own. */
const BASE_ELSEWHERE = 'slipway-demo-precise';

const builds = [
  { name: 'widget-deployer', folder: 'widget-deployer' },
  { name: 'slipway-test-tool', folder: 'panel-less' },
];

/**
 * Makes what is missing or out of date, and nothing else. An image of the same name that somebody
 * else made is left as it is, and said so.
 *
 * @param {object} [options]
 * @param {(line: string) => void} [options.log]
 * @param {string} [options.dockerHost] as in DOCKER_HOST; found like everywhere else when left out
 * @param {string} [options.cache] where the base system is kept
 * @param {string} [options.suite]
 * @param {string} [options.mirror]
 * @returns {Promise<{ base: string, images: string[] }>} the names, with their tags
 * @throws {Trouble} in words for the person at the terminal
 */
export async function ensureDemoImages({
  log = say,
  dockerHost,
  cache = cacheDirectory(),
  suite,
  mirror,
} = {}) {
  const docker = await connect(dockerHost);
  const system = chooseBaseSystem({ ...(suite ? { suite } : {}), ...(mirror ? { mirror } : {}) });
  const base = await ensureBase({ docker, system, cache, log });
  const images = [];
  for (const { name, folder } of builds) {
    images.push(await ensureBuild({ docker, base, name, folder, log }));
  }
  return { base: base.name, images };
}

/** @param {string | undefined} host */
async function connect(host) {
  const chosen = host ?? (await findEngine()).engine?.host;
  if (!chosen) throw new Trouble('No container engine answers. Start one: node scripts/engine.mjs start');
  const { protocol, hostname, port, pathname } = new URL(chosen);
  if (protocol === 'unix:') return new Docker({ socketPath: pathname });
  return new Docker({ host: hostname, port: Number(port || 2375), protocol: 'http' });
}

/**
 * @typedef {{ id: string, labels: Record<string, string> }} Present
 * @param {Docker} docker @param {string} name @returns {Promise<Present | null>}
 */
async function inspect(docker, name) {
  try {
    const { Id, Config } = await docker.getImage(name).inspect();
    return { id: Id, labels: Config?.Labels ?? {} };
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return null;
    throw error;
  }
}

/**
 * @param {{ docker: Docker, system: import('./base-system.mjs').BaseSystem, cache: string, log: (line: string) => void }} options
 * @returns {Promise<{ name: string, id: string }>}
 */
async function ensureBase({ docker, system, cache, log }) {
  const found = await inspect(docker, `${BASE}:latest`);
  const foreign = found !== null && found.labels[OURS] === undefined;
  const repository = foreign ? BASE_ELSEWHERE : BASE;
  const name = `${repository}:latest`;
  if (foreign) log(`${BASE}: an image of that name is yours and stays as it is; the demo's is ${repository}`);
  const source = baseSystemKey(system);
  const present = foreign ? await inspect(docker, name) : found;
  if (present?.labels[SOURCE] === source) {
    log(`${name}: up to date`);
    return { name, id: present.id };
  }
  log(`${name}: ${system.suite} from ${system.mirror}, by debootstrap; the first time takes a minute or two`);
  const tar = await ensureBaseSystem({ system, cache, log });
  const began = Date.now();
  log(`$ docker import ${tar} ${repository}`);
  const stream = await docker.importImage(createReadStream(tar), {
    repo: repository,
    tag: 'latest',
    changes: `LABEL ${OURS}=1 ${SOURCE}=${source}`,
  });
  await follow(docker, stream, () => {});
  const made = await inspect(docker, name);
  if (!made) throw new Trouble(`The engine imported ${name} and does not know it.`);
  log(`${name}: imported in ${duration(Date.now() - began)}`);
  return { name, id: made.id };
}

/**
 * @param {object} options
 * @param {Docker} options.docker
 * @param {{ name: string, id: string }} options.base
 * @param {string} options.name
 * @param {string} options.folder
 * @param {(line: string) => void} options.log
 * @returns {Promise<string>}
 */
async function ensureBuild({ docker, base, name, folder, log }) {
  const tag = `${name}:latest`;
  const context = fileURLToPath(new URL(`./${folder}`, import.meta.url));
  const files = readdirSync(context).sort();
  const hash = createHash('sha256').update(base.id);
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(context, file)));
  const source = hash.digest('hex').slice(0, 12);

  const present = await inspect(docker, tag);
  if (present && present.labels[OURS] === undefined) {
    log(`${tag}: an image of that name is yours and stays as it is; the demo uses it`);
    return tag;
  }
  if (present?.labels[SOURCE] === source) {
    log(`${tag}: up to date`);
    return tag;
  }
  const began = Date.now();
  log(`$ docker build -t ${name} demo/${folder}`);
  const copy = mkdtempSync(join(tmpdir(), 'slipway-build-'));
  try {
    cpSync(context, copy, { recursive: true });
    const dockerfile = readFileSync(join(copy, 'Dockerfile'), 'utf8');
    writeFileSync(join(copy, 'Dockerfile'), dockerfile.replace(/^FROM precise$/m, `FROM ${base.name}`));
    const stream = await docker.buildImage(
      { context: copy, src: files },
      { t: tag, labels: { [OURS]: '1', [SOURCE]: source }, rm: true, forcerm: true },
    );
    await follow(docker, stream, log);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  log(`${tag}: built in ${duration(Date.now() - began)}`);
  return tag;
}

/**
 * Shows an engine's progress: its steps; all of it when it fails.
 * @param {Docker} docker @param {NodeJS.ReadableStream} stream @param {(line: string) => void} log
 * @returns {Promise<void>}
 */
function follow(docker, stream, log) {
  /** @type {string[]} */
  const lines = [];
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error, output) => {
        const failed =
          error?.message ?? output?.find((/** @type {{ error?: string }} */ one) => one.error)?.error;
        if (!failed) return resolve();
        reject(new Trouble(`${lines.slice(-20).join('\n')}\nThe engine says: ${failed}`));
      },
      (/** @type {{ stream?: string }} */ event) => {
        const text = event.stream?.trimEnd();
        if (!text) return;
        lines.push(text);
        if (/^(Step \d|Successfully)/.test(text)) log(`  ${text}`);
      },
    );
  });
}

async function main() {
  const { values } = parseArgs({
    options: {
      suite: { type: 'string' },
      mirror: { type: 'string' },
      host: { type: 'string' },
      cache: { type: 'string' },
    },
  });
  const { host, ...rest } = values;
  await ensureDemoImages({ ...rest, ...(host ? { dockerHost: host } : {}) });
}

if (isMain(import.meta.url)) runMain(main);
