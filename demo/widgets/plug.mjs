#!/usr/bin/env node
// Plugs virtual widgets into a folder that a station watches, and pulls them out again.
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { emitKeypressEvents } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseFault } from './faults.mjs';
import { createWidget } from './widget.mjs';

const help = `Usage: node demo/widgets/plug.mjs --dir DIR [options]

  --dir DIR          the watched folder; made if it is not there
  --count N          how many widgets (4)
  --prefix NAME      names of the links: NAME0, NAME1 ... (ttyWIDGET)
  --model NAME       what the boards say they are (widgy)
  --serial PREFIX    serial numbers: PREFIX0001 ... (W-)
  --baud N           bits a second (115200)
  --size BYTES       size of each one's storage (1048576)
  --storage DIR      keeps the storage files there; without it they go at the end
  --fault N:FAULT    what is wrong with widget N, from 0, as in 3:disconnect@40; may be repeated.
                     silent, garbage, disconnect@PERCENT, crc, bad-storage, refuse-write,
                     slow@TIMES, wrong-model, panic, late@SECONDS, voltage@VOLTS, vanish
  --interactive      keys: a digit unplugs or plugs that one, u unplugs all, p plugs all, q ends

Prints one JSON object a line for whatever happens. Ctrl-C unplugs all and cleans up.`;

/**
 * @typedef {object} PlugOptions
 * @property {string} dir
 * @property {number} [count]
 * @property {string} [prefix]
 * @property {string} [model]
 * @property {string} [serialPrefix]
 * @property {number} [baud]
 * @property {number} [storageBytes]
 * @property {string} [storageDir] without it a temporary one that `dispose` removes
 * @property {ReadonlyMap<number, import('./faults.mjs').WidgetFault>} [faults] by widget, from 0
 */

/**
 * Makes and plugs widgets.
 * @param {PlugOptions} options
 */
export function plugWidgets({
  dir,
  count = 4,
  prefix = 'ttyWIDGET',
  model = 'widgy',
  serialPrefix = 'W-',
  baud,
  storageBytes,
  storageDir,
  faults = new Map(),
}) {
  mkdirSync(dir, { recursive: true });
  const files = storageDir ?? mkdtempSync(join(tmpdir(), 'slipway-widgets-'));
  const bays = Array.from({ length: count }, (_, index) => ({
    link: join(resolve(dir), `${prefix}${index}`),
    widget: createWidget({
      serial: `${serialPrefix}${String(index + 1).padStart(4, '0')}`,
      model,
      storageFile: join(files, `${prefix}${index}.img`),
      fault: faults.get(index) ?? null,
      ...(baud === undefined ? {} : { baud }),
      ...(storageBytes === undefined ? {} : { storageBytes }),
    }),
  }));

  return {
    widgets: bays.map(({ widget }) => widget),
    /** @param {number} index */
    plug(index) {
      const bay = bays[index];
      bay?.widget.plug(bay.link);
    },
    /** @param {number} index */
    unplug(index) {
      bays[index]?.widget.unplug();
    },
    plugAll() {
      for (const { widget, link } of bays) if (widget.link === null) widget.plug(link);
    },
    unplugAll() {
      for (const { widget } of bays) widget.unplug();
    },
    dispose() {
      for (const { widget } of bays) widget.dispose();
      if (storageDir === undefined) rmSync(files, { recursive: true, force: true });
    },
  };
}

/** @param {string[]} given @returns {Map<number, import('./faults.mjs').WidgetFault>} */
function parseFaults(given) {
  return new Map(
    given.map((text) => {
      const [index = '', fault = ''] = text.split(/:(.*)/s);
      if (!/^\d+$/.test(index)) throw new Error(`"${text}" should look like 3:disconnect@40`);
      return [Number(index), parseFault(fault)];
    }),
  );
}

/** @param {string} name @param {string | undefined} text @returns {number | undefined} */
function parseNumber(name, text) {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isInteger(number) || number <= 0)
    throw new Error(`--${name} needs a whole number, not "${text}"`);
  return number;
}

function parseCommandLine() {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      count: { type: 'string' },
      prefix: { type: 'string' },
      model: { type: 'string' },
      serial: { type: 'string' },
      baud: { type: 'string' },
      size: { type: 'string' },
      storage: { type: 'string' },
      fault: { type: 'string', multiple: true, default: [] },
      interactive: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  if (!values.dir) throw new Error('--dir is missing');
  /** @type {PlugOptions} */
  const options = { dir: values.dir, faults: parseFaults(values.fault) };
  options.count = parseNumber('count', values.count) ?? 4;
  if (values.prefix) options.prefix = values.prefix;
  if (values.model) options.model = values.model;
  if (values.serial) options.serialPrefix = values.serial;
  if (values.storage) options.storageDir = values.storage;
  const baud = parseNumber('baud', values.baud);
  if (baud) options.baud = baud;
  const size = parseNumber('size', values.size);
  if (size) options.storageBytes = size;
  return { options, interactive: values.interactive };
}

/** @param {string} type @param {object} fields */
function say(type, fields) {
  process.stdout.write(`${JSON.stringify({ type, at: new Date().toISOString(), ...fields })}\n`);
}

function main() {
  let parsed;
  try {
    parsed = parseCommandLine();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}\n`);
    process.exitCode = 64;
    return;
  }
  if (!parsed) {
    process.stdout.write(`${help}\n`);
    return;
  }
  const rack = plugWidgets(parsed.options);
  rack.widgets.forEach((widget, index) => {
    let lastPercent = -1;
    for (const type of ['plugged', 'unplugged', 'command', 'written', 'booted']) {
      widget.events.on(type, (fields) => say(type, { widget: index, serial: widget.serial, ...fields }));
    }
    widget.events.on('progress', ({ received, total }) => {
      const percent = total > 0 ? Math.floor((received * 100) / total) : 0;
      if (percent === lastPercent) return;
      lastPercent = percent;
      say('progress', { widget: index, serial: widget.serial, percent });
    });
  });
  rack.plugAll();

  const keys = parsed.interactive && process.stdin.isTTY;
  const end = () => {
    if (keys) process.stdin.setRawMode(false);
    process.stdin.pause();
    rack.dispose();
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  if (!keys) return;
  emitKeypressEvents(process.stdin);
  process.stdin.setRawMode(true);
  process.stdin.on('keypress', (text, key) => {
    if (text === 'q' || (key.ctrl && key.name === 'c')) end();
    else if (text === 'u') rack.unplugAll();
    else if (text === 'p') rack.plugAll();
    else if (/^\d$/.test(text ?? '')) {
      const index = Number(text);
      if (rack.widgets[index]?.link) rack.unplug(index);
      else rack.plug(index);
    }
  });
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) main();
