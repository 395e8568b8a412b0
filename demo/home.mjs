#!/usr/bin/env node
// Makes the home folder of a demo station: its settings, recipes, secrets and workspace.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { isMain, runMain } from '../scripts/lib/main.mjs';
import { Trouble, say } from '../scripts/lib/say.mjs';
import { makeWidgetImage } from './image-file.mjs';

const demoFolder = fileURLToPath(new URL('.', import.meta.url));

/** What the demo wrote, by file, so that a later run knows a person's edits from its own. */
const MANIFEST = '.demo-files.json';

/** The licence of the articles. It goes into the secret store, and nowhere else. */
const LICENCE = '8974c408d831';

const kibibyte = 1024;

/**
 * @typedef {object} DemoHomeOptions
 * @property {string} home made if it is not there
 * @property {string} devices the folder in which virtual widgets appear; made if it is not there
 * @property {string} [workspace] where the flasher's files are copied from
 * @property {Record<string, { number: number, label?: string, enabled?: boolean }>} [bays] by physical path
 * @property {Record<string, unknown>} [settings] further keys of station.yaml, or other values for its keys
 * @property {number} [imageBytes] the size of the image that widgets are flashed with
 * @property {(line: string) => void} [log]
 */

/**
 * Writes the demo's files into a home folder. A file that a person has changed since stays as it
 * is, and is named.
 *
 * @param {DemoHomeOptions} options
 * @returns {Promise<{ home: string, workspace: string, kept: string[] }>} `kept`: files that a person
 *   changed, relative to the home folder
 */
export async function prepareDemoHome({
  home,
  devices,
  workspace = join(demoFolder, 'workspace'),
  bays,
  settings = {},
  imageBytes = 128 * kibibyte,
  log = say,
}) {
  const target = resolve(home);
  const watched = resolve(devices);
  mkdirSync(target, { recursive: true });
  mkdirSync(watched, { recursive: true });

  const deployment = 'workspace/widgetOS/deployment-image';
  const stationWorkspace = join(target, 'workspace');
  const station = {
    name: 'Demo',
    workspace: stationWorkspace,
    ports: { base: 1080 },
    virtualPorts: [join(watched, 'tty*')],
    autoFlash: true,
    locale: /^es/i.test(process.env['LC_ALL'] || process.env['LANG'] || '') ? 'es' : 'en',
    ...(bays ? { bays } : {}),
    ...settings,
  };
  const files = new Map([
    ...copiesOf(workspace, 'workspace'),
    ...copiesOf(join(demoFolder, 'recipes'), 'recipes'),
    // Beside the recipes, as in the checkout: their `build.context` is relative to them.
    ...copiesOf(join(demoFolder, 'widget-deployer'), 'widget-deployer'),
    ...copiesOf(join(demoFolder, 'panel-less'), 'panel-less'),
    [`${deployment}/widgetos.img`, makeWidgetImage({ bytes: imageBytes })],
    [`${deployment}/qemu.img`, makeWidgetImage({ bytes: 256 * kibibyte, version: '3.2.14-qemu' })],
  ]);
  const kept = writeFiles(target, files, log);
  if (!writeSettings(join(target, 'station.yaml'), station, log)) kept.push('station.yaml');
  writeSecrets(join(target, 'secrets'), log);
  return { home: target, workspace: stationWorkspace, kept };
}

/** @param {string} folder @param {string} under @returns {[string, Buffer][]} every file below it */
function copiesOf(folder, under) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/(^|\/)(__pycache__|\..*)(\/|$)/.test(name))
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => [join(under, relative(folder, file)), readFileSync(file)]);
}

/** @param {Buffer} bytes */
const sumOf = (bytes) => createHash('sha256').update(bytes).digest('hex');

/**
 * @param {string} home @param {Map<string, Buffer>} files @param {(line: string) => void} log
 * @returns {string[]}
 */
function writeFiles(home, files, log) {
  const manifestFile = join(home, MANIFEST);
  /** @type {Record<string, string>} */
  const written = existsSync(manifestFile) ? JSON.parse(readFileSync(manifestFile, 'utf8')) : {};
  const kept = [];
  for (const [name, bytes] of files) {
    const file = join(home, name);
    const present = existsSync(file) ? sumOf(readFileSync(file)) : null;
    const wanted = sumOf(bytes);
    if (present !== null && present !== wanted && present !== written[name]) {
      kept.push(name);
      log(`${file}: you changed it; it stays as it is`);
      continue;
    }
    if (present !== wanted) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
    written[name] = wanted;
  }
  writeFileSync(manifestFile, `${JSON.stringify(written, null, 2)}\n`);
  return kept;
}

/**
 * Writes the settings where there are none. The station itself writes into that file, so only what
 * the demo cannot do without is compared.
 * @param {string} file
 * @param {{ workspace: string, virtualPorts: string[] }} station
 * @param {(line: string) => void} log
 * @returns {boolean} whether they are as the demo needs them
 */
function writeSettings(file, station, log) {
  if (!existsSync(file)) {
    writeFileSync(file, stringify(station));
    return true;
  }
  const present = parse(readFileSync(file, 'utf8'));
  const wanted = { workspace: station.workspace, virtualPorts: station.virtualPorts };
  const agrees =
    present?.workspace === wanted.workspace &&
    JSON.stringify(present?.virtualPorts) === JSON.stringify(wanted.virtualPorts);
  if (!agrees) log(`${file}: has another workspace or other virtualPorts than the demo; it stays as it is`);
  return agrees;
}

/** Adds the licence to the secrets that are there. @param {string} file @param {(line: string) => void} log */
function writeSecrets(file, log) {
  const present = existsSync(file) ? parse(readFileSync(file, 'utf8')) : {};
  const secrets = present && typeof present === 'object' ? present : {};
  if (secrets.magicNumber === undefined) {
    writeFileSync(file, stringify({ ...secrets, magicNumber: LICENCE }), { mode: 0o600 });
  } else if (secrets.magicNumber !== LICENCE) {
    log(`${file}: magicNumber is not the demo's; it stays as it is`);
  }
  chmodSync(file, 0o600);
}

async function main() {
  const { values } = parseArgs({ options: { home: { type: 'string' }, devices: { type: 'string' } } });
  if (!values.home) throw new Trouble('Usage: node demo/home.mjs --home DIR [--devices DIR]');
  const { home } = await prepareDemoHome({
    home: values.home,
    devices: values.devices ?? join(values.home, 'devices'),
  });
  say(home);
}

if (isMain(import.meta.url)) runMain(main);
