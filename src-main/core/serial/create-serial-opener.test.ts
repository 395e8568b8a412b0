import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSerialDevice, type SerialDevice } from '../../../test/fakes/serial-device.js';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import type { Fault } from '../../../src-shared/model/result.js';
import { defaultSerialSettings } from '../../../src-shared/model/serial.js';
import { createSystemClock } from '../clock.js';
import { createSerialOpener } from './create-serial-opener.js';
import type { SerialPort } from './serial-port.js';

let folder: ReturnType<typeof createTemporaryFolder>;
let device: SerialDevice;
let received: Buffer[];
const opened: SerialPort[] = [];

const opener = createSerialOpener({ clock: createSystemClock() });
const code = (result: { ok: boolean; error?: Fault }): string =>
  result.ok ? 'ok' : (result.error?.code ?? '');

async function open(node = device.path, change = {}): Promise<SerialPort> {
  const port = await opener.open({ node, ...defaultSerialSettings, ...change });
  if (!port.ok) throw new Error(JSON.stringify(port.error));
  opened.push(port.value);
  return port.value;
}

/** Resolves once so many bytes have come. */
function collect(port: SerialPort, count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    const subscription = port.data.subscribe((chunk) => {
      chunks.push(chunk);
      const all = Buffer.concat(chunks);
      if (all.length < count) return;
      subscription.dispose();
      resolve(all);
    });
  });
}

const closing = (port: SerialPort): Promise<Fault | null> =>
  new Promise((resolve) => void port.closed.subscribe(resolve));

async function untilReceived(text: string): Promise<void> {
  await expect.poll(() => Buffer.concat(received).toString(), { interval: 5 }).toContain(text);
}

beforeEach(async () => {
  folder = createTemporaryFolder();
  received = [];
  device = await openSerialDevice((bytes) => void received.push(bytes));
});

afterEach(async () => {
  for (const port of opened.splice(0)) await port.close();
  device.hangUp();
  folder.dispose();
});

describe('an open serial port', () => {
  it('carries every byte value both ways, unchanged', async () => {
    const port = await open();
    const all = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
    const coming = collect(port, 256);
    device.write(all);
    expect(await coming).toEqual(all);
    expect(await port.write(all)).toEqual({ ok: true, value: undefined });
    await expect.poll(() => Buffer.concat(received)).toEqual(all);
  });

  it('is found behind a symbolic link', async () => {
    const link = join(folder.path, 'ttyWIDGET0');
    symlinkSync(device.path, link);
    expect((await open(link)).node).toBe(device.path);
  });

  it('writes in the order of the calls, however many wait', async () => {
    const port = await open();
    const words = Array.from({ length: 200 }, (_, index) => `line ${index};`);
    await Promise.all(words.map((word) => port.write(Buffer.from(word))));
    expect((await port.drain()).ok).toBe(true);
    await expect.poll(() => Buffer.concat(received).toString()).toBe(words.join(''));
  });

  it('holds a writer back while nobody reads, and lets it go when the port is closed', async () => {
    device.pause();
    const port = await open();
    let isDone = false;
    const writing = port.write(Buffer.alloc(512 * 1024, 0x55)).finally(() => (isDone = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(false);
    await port.close();
    expect(code(await writing)).toBe('serial-closed');
  });

  it('says at once that the device has gone, even in the middle of a flood', async () => {
    const port = await open();
    const ended = closing(port);
    device.write(Buffer.alloc(4096, 0x41));
    device.hangUp();
    expect((await ended)?.code).toBe('serial-gone');
    expect(port.isOpen).toBe(false);
    expect(code(await port.write(Buffer.from('x')))).toBe('serial-closed');
  });

  it('says that it was closed without a fault when it was asked to close', async () => {
    const port = await open();
    const ended = closing(port);
    await port.close();
    expect(await ended).toBeNull();
  });

  it('can be opened anew as soon as closing has resolved', async () => {
    for (let round = 0; round < 20; round += 1) await (await open()).close();
    const port = await open();
    const coming = collect(port, 2);
    device.write(Buffer.from('hi'));
    expect((await coming).toString()).toBe('hi');
  });

  it('changes its settings while it is open', async () => {
    const port = await open();
    for (const change of [
      { baudRate: 9600 },
      { baudRate: 123_456 },
      { dataBits: 7, parity: 'even', stopBits: 2 },
      { flowControl: 'xon-xoff' },
    ] as const) {
      const settings = { ...defaultSerialSettings, ...change };
      expect(await port.configure(settings)).toEqual({ ok: true, value: undefined });
      expect(port.settings).toEqual(settings);
    }
    const coming = collect(port, 5);
    device.write(Buffer.from('again'));
    expect((await coming).toString()).toBe('again');
    await port.write(Buffer.from('and back'));
    await untilReceived('and back');
  });

  it('keeps its lock through a change of settings', async () => {
    const port = await open();
    await port.configure({ ...defaultSerialSettings, baudRate: 9600 });
    expect(code(await opener.open({ node: device.path, ...defaultSerialSettings }))).toBe('port-busy');
  });

  it('refuses settings that no port has, and stays as it is', async () => {
    const port = await open();
    expect(code(await port.configure({ ...defaultSerialSettings, baudRate: 0 }))).toBe(
      'serial-settings-refused',
    );
    expect(port.isOpen).toBe(true);
    expect(port.settings).toEqual(defaultSerialSettings);
  });

  it('says that a pseudo-terminal has no lines, and goes on', async () => {
    const port = await open();
    expect(code(await port.setSignals({ dtr: false, rts: true }))).toBe('serial-not-supported');
    expect(port.signals).toEqual({ dtr: true, rts: true });
    expect(code(await port.readSignals())).toBe('serial-not-supported');
    expect(code(await port.sendBreak(250))).toBe('serial-not-supported');
    const coming = collect(port, 2);
    device.write(Buffer.from('ok'));
    expect((await coming).toString()).toBe('ok');
  });
});

describe('opening a serial port', () => {
  const attempt = async (node: string, change = {}) =>
    opener.open({ node, ...defaultSerialSettings, ...change });

  it('is refused while the station has it open already', async () => {
    await open();
    expect(code(await attempt(device.path))).toBe('port-busy');
  });

  it('is refused while another program has it open, by its name', async () => {
    const child = spawn('sh', ['-c', `exec 3<>${device.path}; echo open; read line`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const refused = await attempt(device.path);
    expect(refused).toMatchObject({ ok: false, error: { code: 'port-busy' } });
    expect(refused.ok ? '' : refused.error.detail).toContain(`sh (${child.pid})`);
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
    await open();
  });

  it('says that there is no such port', async () => {
    expect(code(await attempt(join(folder.path, 'ttyUSB9')))).toBe('serial-gone');
  });

  it('says that a file or another device is no serial port', async () => {
    const path = join(folder.path, 'file');
    writeFileSync(path, '');
    expect(code(await attempt(path))).toBe('serial-no-port');
    const unheld = createSerialOpener({
      clock: createSystemClock(),
      findHoldersOf: () => Promise.resolve([]),
    });
    const refused = await unheld.open({ node: '/dev/null', ...defaultSerialSettings });
    expect(code(refused)).toBe('serial-no-port');
  });

  it('says that settings are bad before it touches the port', async () => {
    expect(code(await attempt(device.path, { dataBits: 9 }))).toBe('serial-settings-refused');
  });

  it('leaves no handle behind when it is refused', async () => {
    const free = (): number => {
      const fd = openSync('/dev/null', 'r');
      closeSync(fd);
      return fd;
    };
    const port = await open();
    const before = free();
    for (let round = 0; round < 5; round += 1) await attempt(port.node);
    expect(free()).toBe(before);
  });
});
