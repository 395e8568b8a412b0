import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { createFakeClock, type FakeClock } from '../../../test/fakes/clock.js';
import { recordPortEvents } from '../../../test/fakes/port-events.js';
import type { ListedPort } from '../serial/serial-ports.js';
import { createListedPortSource } from './listed-port-source.js';
import type { PortSource } from './port-source.js';

describe('the source of listed ports', () => {
  let clock: FakeClock;
  let answer: Result<ListedPort[]>;
  let asked: number;
  let identities: Record<string, string>;
  let source: PortSource;
  let heard: ReturnType<typeof recordPortEvents>;

  beforeEach(() => {
    clock = createFakeClock();
    answer = ok([]);
    asked = 0;
    identities = {};
    source = createListedPortSource({
      serialPorts: {
        list: () => {
          asked++;
          return Promise.resolve(answer);
        },
        probe: () => Promise.resolve(ok()),
      },
      clock,
      identify: (path) => Promise.resolve(identities[path] ?? null),
    });
    heard = recordPortEvents(source);
  });

  afterEach(() => {
    source.dispose();
    expect(clock.timers).toBe(0);
  });

  const mac: ListedPort = {
    path: '/dev/tty.usbmodem14101',
    vendorId: '1D6B',
    productId: '0104',
    serialNumber: 'W-0001',
    manufacturer: 'WidgetMaker S.A.',
    locationId: '14100000',
  };

  it('attaches and detaches what the list gains and loses, once a second', async () => {
    await source.start();
    answer = ok([mac]);
    await clock.advanceAsync(999);
    expect(heard.words()).toEqual([]);
    await clock.advanceAsync(1);
    await clock.advanceAsync(0);
    expect(heard.words()).toEqual([`+${mac.path}`]);
    expect(source.list()[0]).toMatchObject({ physicalPath: 'usb:14100000:1.0', vendorId: '1d6b' });
    answer = ok([]);
    await clock.advanceAsync(1000);
    await clock.advanceAsync(0);
    expect(heard.words()).toEqual([`+${mac.path}`, `-${mac.path}`]);
  });

  it('tells a node that was made anew between two lists as a detach and an attach', async () => {
    answer = ok([mac]);
    identities = { [mac.path]: 'first' };
    await source.start();
    identities = { [mac.path]: 'second' };
    await clock.advanceAsync(1000);
    await clock.advanceAsync(0);
    expect(heard.words()).toEqual([`+${mac.path}`, `-${mac.path}`, `+${mac.path}`]);
  });

  it('tells the ports of one device apart by the interface that Windows names', async () => {
    const locationId = 'Port_#0003.Hub_#0001';
    answer = ok([
      { path: 'COM10', locationId, pnpId: 'USB\\VID_0403&PID_6011&MI_0A\\6&1' },
      { path: 'COM9', locationId, pnpId: 'USB\\VID_0403&PID_6011&MI_01\\6&1' },
    ]);
    await source.start();
    expect(source.list().map((port) => [port.path, port.physicalPath, port.interfaceNumber])).toEqual([
      ['COM9', `usb:${locationId}:1.1`, 1],
      ['COM10', `usb:${locationId}:1.10`, 10],
    ]);
  });

  it('tells the ports of one location apart by their order where no interface is named', async () => {
    answer = ok([{ ...mac, path: '/dev/tty.usbmodem14103' }, mac]);
    await source.start();
    expect(source.list().map(({ physicalPath }) => physicalPath)).toEqual([
      'usb:14100000:1.0',
      'usb:14100000:1.1',
    ]);
  });

  it('names a port without a location by its path', async () => {
    answer = ok([{ path: 'COM1' }]);
    await source.start();
    expect(source.list()[0]?.physicalPath).toBe('virtual:COM1');
  });

  it('keeps its ports while the list fails, asks again with back-off, and says when it works again', async () => {
    answer = ok([mac]);
    await source.start();
    answer = fail('port-watch-failed', { path: 'serialport', reason: 'no luck' });
    await clock.advanceAsync(1000);
    await clock.advanceAsync(250);
    await clock.advanceAsync(499);
    expect(asked).toBe(3);
    answer = ok([mac]);
    await clock.advanceAsync(1);
    await clock.advanceAsync(0);
    expect(asked).toBe(4);
    expect(heard.words()).toEqual([`+${mac.path}`, '!port-watch-failed', 'ok']);
  });

  it('says nothing after it is disposed, even in the middle of a list', async () => {
    answer = ok([mac]);
    const starting = source.start();
    source.dispose();
    await starting;
    expect(heard.words()).toEqual([]);
    expect(clock.timers).toBe(0);
  });
});
