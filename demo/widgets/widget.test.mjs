import { spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReadStream } from 'node:tty';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseFault } from './faults.mjs';
import { openRawPty } from './pty.mjs';
import { createWidget } from './widget.mjs';

/** @type {string} */
let folder;
/** @type {(() => void)[]} */
let releases;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-widget-'));
  releases = [];
});
afterEach(() => {
  for (const release of releases.reverse()) release();
  rmSync(folder, { recursive: true, force: true });
});

/** @param {Partial<import('./widget.mjs').WidgetOptions>} [options] */
function makeWidget(options = {}) {
  const widget = createWidget({ serial: 'W-0007', storageFile: join(folder, 'storage.img'), ...options });
  releases.push(() => widget.dispose());
  return widget;
}

/** Opens the terminal as a flasher does. @param {string | null} path */
function open(path) {
  const fd = openSync(path ?? '', constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const stream = new ReadStream(fd);
  let heard = Buffer.alloc(0);
  let gone = false;
  stream.on('data', (bytes) => (heard = Buffer.concat([heard, Buffer.from(bytes)])));
  stream.on('end', () => (gone = true));
  stream.on('close', () => (gone = true));
  stream.on('error', () => (gone = true));
  const close = () => stream.destroy();
  releases.push(close);
  return {
    close,
    /** @param {string | Buffer} bytes */
    write: (bytes) => void stream.write(bytes),
    gone: () => gone,
    bytes: () => heard,
    text: () => heard.toString('latin1'),
  };
}

/** @param {() => boolean} holds */
async function until(holds) {
  for (let tries = 0; tries < 400 && !holds(); tries += 1) await sleep(10);
  expect(holds()).toBe(true);
}

describe('a raw terminal', () => {
  it('passes every byte both ways unchanged, with no echo', async () => {
    let received = Buffer.alloc(0);
    const wire = openRawPty({ onData: (bytes) => (received = Buffer.concat([received, bytes])) });
    releases.push(() => wire.hangUp());
    const all = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const far = open(wire.path);
    wire.write(all);
    await until(() => far.bytes().length >= 256);
    far.write(all);
    await until(() => received.length >= 256);
    await sleep(30);
    expect(far.bytes().equals(all)).toBe(true);
    expect(received.equals(all)).toBe(true);
  });
});

describe('a widget', () => {
  it('answers on its terminal however often that is opened', async () => {
    const widget = makeWidget();
    for (let time = 0; time < 5; time += 1) {
      const flasher = open(widget.path);
      flasher.write('\rprintenv serial#\r');
      await until(() => flasher.text().includes('serial#=W-0007\r\n=> '));
      flasher.close();
      await sleep(5);
    }
    const fd = openSync(widget.path ?? '', constants.O_RDWR | constants.O_NOCTTY);
    closeSync(fd);
  });

  it('appears as a link in the watched folder, over whatever was left there', () => {
    const widget = makeWidget();
    const link = join(folder, 'dev', 'ttyWIDGET0');
    widget.plug(link);
    expect(readlinkSync(link)).toBe(widget.path);
    widget.unplug();
    symlinkSync('/dev/pts/nowhere', link);
    widget.plug(link);
    expect(readlinkSync(link)).toBe(widget.path);
  });

  it('vanishes when it is unplugged, and whoever talks to it finds the line dead', async () => {
    const widget = makeWidget();
    const link = join(folder, 'ttyWIDGET0');
    /** @type {string[]} */
    const events = [];
    for (const type of ['plugged', 'unplugged']) widget.events.on(type, () => events.push(type));
    widget.plug(link);
    const flasher = open(widget.path);
    await sleep(20);
    widget.unplug();
    expect(existsSync(link)).toBe(false);
    expect(widget.path).toBeNull();
    await until(() => flasher.gone());
    expect(events).toEqual(['plugged', 'unplugged']);
  });

  it('comes back with power on afresh when it is plugged in again', async () => {
    const widget = makeWidget();
    const link = join(folder, 'ttyWIDGET0');
    widget.plug(link);
    widget.unplug();
    widget.plug(link);
    const flasher = open(widget.path);
    flasher.write('\r\rversion\r');
    await until(() => flasher.text().includes('U-Boot 2012'));
  });

  it('holds no descriptor of a terminal once it is unplugged', async () => {
    const widget = makeWidget();
    const terminals = () =>
      readdirSync('/proc/self/fd').filter((name) => {
        const place = `/proc/self/fd/${name}`;
        return existsSync(place) && /^\/dev\/(pts\/|ptmx)/.test(readlinkSync(place));
      }).length;
    widget.unplug();
    const before = terminals();
    for (let time = 0; time < 5; time += 1) {
      widget.plug(join(folder, 'ttyWIDGET0'));
      await sleep(5);
      widget.unplug();
    }
    await sleep(20);
    expect(terminals()).toBe(before);
  });

  it('hangs up although a child process that was started meanwhile lives on', async () => {
    const widget = makeWidget();
    const child = spawn('sleep', ['30'], { stdio: 'ignore' });
    releases.push(() => void child.kill());
    const flasher = open(widget.path);
    widget.unplug();
    await until(() => flasher.gone());
  });

  it('loses what nobody reads, and goes on', async () => {
    const wire = openRawPty({ onData: () => {} });
    releases.push(() => wire.hangUp());
    for (let time = 0; time < 40; time += 1) wire.write(Buffer.alloc(8192, 0x55));
    const far = open(wire.path);
    await until(() => far.bytes().length > 1000);
    expect(far.bytes().length).toBeLessThan(40 * 8192);
  });

  it("leaves another's link alone", () => {
    const widget = makeWidget();
    const link = join(folder, 'ttyWIDGET0');
    widget.plug(link);
    rmSync(link);
    symlinkSync('/dev/null', link);
    widget.unplug();
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it('is silent, or speaks noise, on demand', async () => {
    const silent = makeWidget({ fault: { kind: 'silent' } });
    const noisy = makeWidget({ fault: { kind: 'garbage' }, storageFile: join(folder, 'other.img') });
    const first = open(silent.path);
    const second = open(noisy.path);
    first.write('\r\r');
    second.write('\r\r');
    await until(() => second.bytes().length > 0);
    await sleep(50);
    expect(first.bytes().length).toBe(0);
    expect(second.text()).not.toContain('=> ');
  });

  it('unplugs itself when it is asked for its supply, on demand', async () => {
    const widget = makeWidget({ fault: { kind: 'vanish' } });
    widget.plug(join(folder, 'ttyWIDGET0'));
    const far = open(widget.path);
    far.write('\r');
    await until(() => far.text().includes('=> '));
    far.write('adc read vcc\r');
    await until(() => far.gone());
    expect(widget.link).toBe(null);
    expect(far.text()).not.toContain('vcc =');
  });
});

describe('a fault', () => {
  it('is read from a few letters, or refused in words', () => {
    expect(parseFault('silent')).toEqual({ kind: 'silent' });
    expect(parseFault('disconnect@40')).toEqual({ kind: 'disconnect', at: 40 });
    expect(() => parseFault('lazy')).toThrow('no fault is called "lazy"');
    expect(() => parseFault('slow@much')).toThrow('no number');
  });
});
