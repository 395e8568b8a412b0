import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { createSerialPorts } from './create-serial-ports.js';
import { findHolders } from './holders.js';

describe('the list of serial ports', () => {
  it('is what the library lists', async () => {
    const ports = [{ path: 'COM3' }];
    const serialPorts = createSerialPorts({ listPorts: () => Promise.resolve(ports) });
    expect(await serialPorts.list()).toEqual({ ok: true, value: ports });
  });

  it('is an expected failure where the library cannot list, as without udevadm', async () => {
    const missing = Object.assign(new Error('spawn udevadm ENOENT'), { code: 'ENOENT' });
    const serialPorts = createSerialPorts({ listPorts: () => Promise.reject(missing) });
    expect(await serialPorts.list()).toEqual({
      ok: false,
      error: {
        code: 'port-watch-failed',
        params: { path: 'serialport', reason: 'ENOENT' },
        detail: 'spawn udevadm ENOENT',
      },
    });
  });

  it('comes back from the real library, with or without udevadm', async () => {
    const listed = await createSerialPorts().list();
    if (listed.ok) expect(Array.isArray(listed.value)).toBe(true);
    else expect(listed.error.code).toBe('port-watch-failed');
  });
});

describe('the probe of a port', () => {
  let folder: ReturnType<typeof createTemporaryFolder>;

  beforeEach(() => {
    folder = createTemporaryFolder();
  });

  afterEach(() => folder.dispose());

  it('says that a node is gone', async () => {
    const probed = await createSerialPorts().probe(join(folder.path, 'ttyUSB0'));
    expect(probed).toMatchObject({ ok: false, error: { code: 'container-device-gone' } });
  });

  it('says yes to a node that nobody holds', async () => {
    const serialPorts = createSerialPorts({ platform: 'linux', findHoldersOf: () => Promise.resolve([]) });
    expect(await serialPorts.probe('/dev/null')).toEqual({ ok: true, value: undefined });
  });

  it('names who holds a node', async () => {
    const holders = [
      { pid: 612, name: 'ModemManager' },
      { pid: 90, name: 'brltty' },
    ];
    const serialPorts = createSerialPorts({
      platform: 'linux',
      findHoldersOf: () => Promise.resolve(holders),
    });
    expect(await serialPorts.probe('/dev/null')).toEqual({
      ok: false,
      error: {
        code: 'port-busy',
        params: { path: '/dev/null' },
        detail: 'ModemManager (612), brltty (90)',
      },
    });
  });

  it('asks nobody about what is no device', async () => {
    const path = join(folder.path, 'ttyUSB0');
    writeFileSync(path, '');
    const serialPorts = createSerialPorts({ findHoldersOf: () => expect.unreachable() });
    expect((await serialPorts.probe(path)).ok).toBe(true);
  });
});

describe('the holders of a device', () => {
  const device = '/dev/full';

  const find = async () => (await findHolders(statSync(device, { bigint: true }))).map(({ pid }) => pid);

  it('are the processes that have it open', async () => {
    const handle = openSync(device, 'r');
    try {
      const holders = await findHolders(statSync(device, { bigint: true }));
      const own = holders.find(({ pid }) => pid === process.pid);
      expect(own?.name).toMatch(/./);
    } finally {
      closeSync(handle);
    }
    expect(await find()).not.toContain(process.pid);
  });

  it('include other processes, by whatever name they opened it', async () => {
    const child = spawn('sh', ['-c', `exec 3<${device}; echo open; read line`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect(await find()).toContain(child.pid);
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
    expect(await find()).not.toContain(child.pid);
  });
});
