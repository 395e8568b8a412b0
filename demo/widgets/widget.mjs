import { EventEmitter } from 'node:events';
import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { realClock } from './clock.mjs';
import { createConsole } from './console.mjs';
import { createLine } from './line.mjs';
import { openRawPty } from './pty.mjs';
import { openStorage } from './storage.mjs';

const DEFAULT_STORAGE_BYTES = 1024 * 1024;
const DEFAULT_SLOWDOWN = 16;
/** What may wait in the line before the far end has to wait, as with a real adapter's buffer. */
const LINE_BUFFER_BYTES = 16 * 1024;

/**
 * @typedef {object} WidgetOptions
 * @property {string} serial
 * @property {string} [model] what `printenv board` says
 * @property {number} [baud] bits a second, both ways
 * @property {string} storageFile
 * @property {number} [storageBytes]
 * @property {import('./faults.mjs').WidgetFault | null} [fault]
 * @property {import('./clock.mjs').WidgetClock} [clock]
 */

/**
 * A virtual widget: a board with a U-Boot console on a pseudo-terminal of its own.
 *
 * It has power from the start, as a board on a bench has; `plug` shows it to the station.
 * Its events: `plugged` {link, path}, `unplugged` {link, path}, `progress` {received, total},
 * `command` {line}, `written` {bytes}, `booted`.
 *
 * @param {WidgetOptions} options
 */
export function createWidget({
  serial,
  model = 'widgy',
  baud = 115_200,
  storageFile,
  storageBytes = DEFAULT_STORAGE_BYTES,
  fault = null,
  clock = realClock,
}) {
  const events = new EventEmitter();
  const storage = openStorage(storageFile, storageBytes);
  const speed = fault?.kind === 'slow' ? baud / (fault.at ?? DEFAULT_SLOWDOWN) : baud;
  /** @type {ReturnType<typeof powerUp> | null} */
  let powered = powerUp();
  /** @type {string | null} */
  let linkPath = null;
  let disposed = false;

  function powerUp() {
    const wire = openRawPty({
      onData: (bytes) => {
        incoming.send(bytes);
        if (incoming.pending > LINE_BUFFER_BYTES) wire.pause();
      },
    });
    const outgoing = createLine({ baud: speed, clock, deliver: (bytes) => wire.write(bytes) });
    const board = createConsole({
      serial,
      model,
      storage,
      clock,
      fault,
      send: (bytes) => {
        if (fault?.kind === 'silent') return;
        outgoing.send(fault?.kind === 'garbage' ? noiseLike(bytes) : bytes);
      },
      onProgress: (received, total) => {
        events.emit('progress', { received, total });
        const percent = total > 0 ? (received * 100) / total : 0;
        if (fault?.kind === 'disconnect' && percent >= (fault.at ?? 50)) unplug();
      },
      onEvent: (event) => {
        events.emit(event.type, event);
        if (fault?.kind === 'vanish' && event.type === 'command' && event.line.startsWith('adc ')) unplug();
      },
    });
    const incoming = createLine({
      baud: speed,
      clock,
      deliver: (bytes) => {
        board.push(bytes);
        if (incoming.pending <= LINE_BUFFER_BYTES / 2) wire.resume();
      },
    });
    board.powerOn();
    return {
      path: wire.path,
      off() {
        board.dispose();
        incoming.close();
        outgoing.close();
        wire.hangUp();
      },
    };
  }

  /**
   * Makes the widget appear: a link in a watched folder, there in one step.
   * @param {string} link
   */
  function plug(link) {
    if (disposed) throw new Error(`widget ${serial} is disposed`);
    if (linkPath !== null) unplug();
    powered ??= powerUp();
    mkdirSync(dirname(link), { recursive: true });
    const making = join(dirname(link), `.${basename(link)}.${process.pid}`);
    rmSync(making, { force: true });
    symlinkSync(powered.path, making);
    renameSync(making, link);
    linkPath = link;
    events.emit('plugged', { link, path: powered.path });
  }

  /** Pulls it out: the link goes, and whoever has the terminal open finds it hung up. */
  function unplug() {
    const { path } = powered ?? { path: '' };
    const link = linkPath;
    if (link !== null && pointsTo(link, path)) rmSync(link, { force: true });
    linkPath = null;
    powered?.off();
    powered = null;
    if (link !== null) events.emit('unplugged', { link, path });
  }

  return {
    serial,
    model,
    storageFile,
    events,
    /** The terminal it has now; null while it has no power. */
    get path() {
      return powered?.path ?? null;
    },
    /** The link it is plugged in at, or null. */
    get link() {
      return linkPath;
    },
    plug,
    unplug,
    dispose() {
      if (disposed) return;
      unplug();
      disposed = true;
      storage.close();
      events.removeAllListeners();
    },
  };
}

/** @typedef {ReturnType<typeof createWidget>} Widget */

/** Another program may have put its own link there since. @param {string} link @param {string} path */
function pointsTo(link, path) {
  try {
    return readlinkSync(link) === path;
  } catch {
    return false;
  }
}

/** Bytes from a broken line: as many, none of them right. @param {Buffer} bytes */
function noiseLike(bytes) {
  return Buffer.from(bytes.map((byte, index) => 0x80 | ((byte * 31 + index * 17 + 7) & 0x7f)));
}
