import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { daemonConfig } from './engine-daemon.mjs';
import { countUsers, enginePlace, enter, leave } from './engine-place.mjs';
import { freeSubnet, parseRoutes } from './subnet.mjs';

describe('the place of an engine of ours', () => {
  it('is all below the cache folder', () => {
    const place = enginePlace('main', '/home/someone/.cache/slipway');
    expect(place.socket).toBe('/home/someone/.cache/slipway/engines/main/docker.sock');
    expect(place.data).toBe('/home/someone/.cache/slipway/engines/main/data');
    expect(place.bridge).toBe('slipway0');
  });

  it('moves its sockets to the temporary folder when the path is too long for them', () => {
    const place = enginePlace('main', `/${'long/'.repeat(20)}cache`);
    expect(place.socket.startsWith(tmpdir())).toBe(true);
    expect(place.data).toContain('long/long');
  });

  it('differs for a second engine, down to its bridge, whose name the kernel accepts', () => {
    const second = enginePlace('second', '/cache');
    expect(second.bridge).not.toBe(enginePlace('third', '/cache').bridge);
    expect(second.bridge.length).toBeLessThanOrEqual(15);
  });

  it('refuses a name that would lead out of it', () => {
    expect(() => enginePlace('../main', '/cache')).toThrow(/no name for an engine/);
  });

  it('counts the processes that use it', () => {
    const cache = mkdtempSync(join(tmpdir(), 'slipway-place-'));
    try {
      const place = enginePlace('main', cache);
      expect(countUsers(place)).toBe(0);
      enter(place);
      expect(countUsers(place)).toBe(1);
      leave(place);
      expect(countUsers(place)).toBe(0);
    } finally {
      rmSync(cache, { recursive: true, force: true });
    }
  });
});

describe('the configuration of an engine of ours', () => {
  const choice = { subnet: '10.213', bridge: true, group: undefined };

  it('lets the first engine manage the firewall, and no other', () => {
    expect(daemonConfig(enginePlace('main', '/cache'), choice).iptables).toBe(true);
    expect(daemonConfig(enginePlace('second', '/cache'), choice).iptables).toBe(false);
  });

  it('keeps the default bridge out of the range of the bays', () => {
    const config = daemonConfig(enginePlace('main', '/cache'), { ...choice, bridge: false });
    expect(config).toMatchObject({
      bip: '10.213.255.1/24',
      'default-address-pools': [{ base: '10.213.0.0/17', size: 24 }],
    });
  });
});

describe('a free subnet', () => {
  const header = 'Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n';
  const byDefault = 'eth0 00000000 0100A8C0 0003 0 0 0 00000000 0 0 0\n';

  it('is the first one when only a default route leads away', () => {
    expect(freeSubnet(parseRoutes(header + byDefault))).toBe('10.213');
  });

  it('passes over one that the host has a route into', () => {
    const route = 'tun0 0005D50A 00000000 0001 0 0 0 00FFFFFF 0 0 0\n'; // 10.213.5.0/24
    expect(freeSubnet(parseRoutes(header + byDefault + route))).toBe('10.214');
  });

  it('passes over all of 10/8 when the host routes that', () => {
    const route = 'tun0 0000000A 00000000 0001 0 0 0 000000FF 0 0 0\n';
    expect(freeSubnet(parseRoutes(header + route))).toBe('172.29');
  });

  it('does not mind the routes of our own bridge', () => {
    const route = 'slipway0 00FFD50A 00000000 0001 0 0 0 00FFFFFF 0 0 0\n';
    expect(freeSubnet(parseRoutes(header + route), (device) => device === 'slipway0')).toBe('10.213');
  });
});
