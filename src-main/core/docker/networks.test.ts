import { describe, expect, it } from 'vitest';
import { chooseAddresses, lastAddress } from './networks.js';

describe('the addresses of a bay’s network', () => {
  it.each([
    ['10.213.0.0/24', '10.213.0.254'],
    ['172.18.0.0/16', '172.18.255.254'],
    ['192.168.64.0/20', '192.168.79.254'],
    ['10.213.0.8/29', '10.213.0.14'],
    ['255.255.255.0/24', '255.255.255.254'],
    ['10.213.0.0/30', null],
    ['fd00::/64', null],
    ['', null],
  ])('of %s end in %s', (subnet, last) => {
    expect(lastAddress(subnet)).toBe(last);
  });

  it('lead their default route to an address where nobody is', () => {
    const IPAM = { Config: [{ Subnet: 'fd00::/64' }, { Subnet: '10.213.0.0/24', Gateway: '10.213.0.1' }] };
    expect(chooseAddresses({ IPAM })).toEqual({
      subnet: '10.213.0.0/24',
      gateway: '10.213.0.1',
      deadEnd: '10.213.0.254',
    });
  });

  it('are left to the engine where it does not say which it chose', () => {
    expect(chooseAddresses({ IPAM: { Config: [] } })).toBeNull();
    expect(chooseAddresses({ IPAM: null })).toBeNull();
  });
});
