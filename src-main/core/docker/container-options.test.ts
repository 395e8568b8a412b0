import { describe, expect, it } from 'vitest';
import { fakeSpec } from '../../../test/fakes/engine.js';
import { defaultCapabilities } from './capabilities.js';
import { toCreateOptions, type OptionsContext } from './container-options.js';
import type { ContainerSpec } from './engine.js';

const context: OptionsContext = { outbound: false, realPath: (path) => path, processors: 8 };

function options(changes: Partial<ContainerSpec> = {}, more: Partial<OptionsContext> = {}) {
  const made = toCreateOptions(fakeSpec('station-1', changes), { ...context, ...more });
  if (!made.ok) throw new Error(made.error.code);
  return made.value;
}

function refusal(changes: Partial<ContainerSpec>, more: Partial<OptionsContext> = {}): unknown {
  const made = toCreateOptions(fakeSpec('station-1', changes), { ...context, ...more });
  return made.ok ? null : made.error.params?.['reason'];
}

describe('what the engine is asked to make', () => {
  it('keeps every container from more power than its spec names', () => {
    expect(options({ capabilities: ['KILL'] }).HostConfig).toMatchObject({
      Privileged: false,
      SecurityOpt: ['no-new-privileges'],
      CapDrop: ['ALL'],
      CapAdd: ['KILL'],
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
    });
  });

  it('limits memory without swap on top, processor time and processes', () => {
    const limits = { memoryBytes: 64 * 1024 ** 2, cpus: 1.5, pids: 20 };
    expect(options({ limits }).HostConfig).toMatchObject({
      Memory: 67_108_864,
      MemorySwap: 67_108_864,
      NanoCpus: 1_500_000_000,
      PidsLimit: 20,
    });
  });

  it('does not ask for more processors than there are: the engine would refuse', () => {
    const limits = { memoryBytes: 64 * 1024 ** 2, cpus: 16, pids: 20 };
    expect(options({ limits }, { processors: 2 }).HostConfig?.NanoCpus).toBe(2_000_000_000);
  });

  it('publishes the panel on 127.0.0.1 alone', () => {
    const made = options({ publish: { containerPort: 80, hostPort: 1080 } });
    expect(made.ExposedPorts).toEqual({ '80/tcp': {} });
    expect(made.HostConfig?.PortBindings).toEqual({ '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '1080' }] });
  });

  it('passes a device with --device and a pseudo-terminal as a bind mount', () => {
    const device = options({ device: { node: '/dev/ttyACM3', kind: 'device', target: '/dev/ttyACM0' } });
    expect(device.HostConfig?.Devices).toEqual([
      { PathOnHost: '/dev/ttyACM3', PathInContainer: '/dev/ttyACM0', CgroupPermissions: 'rwm' },
    ]);
    expect(device.HostConfig?.Mounts).toEqual([]);
    const terminal = options({
      device: { node: '/dev/pts/7', kind: 'pseudo-terminal', target: '/dev/ttyACM0' },
    });
    expect(terminal.HostConfig?.Devices).toEqual([]);
    expect(terminal.HostConfig?.Mounts).toEqual([
      { Type: 'bind', Source: '/dev/pts/7', Target: '/dev/ttyACM0', ReadOnly: false },
    ]);
  });

  it('mounts folders, volumes and tmpfs as the spec says', () => {
    const mounts = options({
      mounts: [
        { type: 'bind', source: '/workspace', target: '/workspace', readOnly: true },
        { type: 'volume', source: 'cache', target: '/cache', readOnly: false },
        { type: 'tmpfs', target: '/tmp', sizeBytes: 1024 },
      ],
    }).HostConfig?.Mounts;
    expect(mounts).toMatchObject([
      { Type: 'bind', Source: '/workspace', Target: '/workspace', ReadOnly: true },
      { Type: 'volume', Source: 'cache', VolumeOptions: { Labels: { 'io.slipway.station': 'station-1' } } },
      { Type: 'tmpfs', Target: '/tmp', TmpfsOptions: { SizeBytes: 1024 } },
    ]);
  });

  it('makes name lookups fail soon where there is no way out, and only there', () => {
    expect(options().HostConfig?.Dns).toEqual(['127.0.0.1']);
    expect(options({}, { outbound: true }).HostConfig?.Dns).toBeUndefined();
    expect(options({ network: 'none' }).HostConfig?.Dns).toBeUndefined();
  });

  it.each<[string, Partial<ContainerSpec>, string]>([
    ['the station’s own network', { network: 'host' }, 'hostNetwork'],
    ['another container’s network', { network: 'container:abc' }, 'otherContainer'],
    ['capabilities next to privileged mode', { capabilities: ['SYS_ADMIN'] }, 'systemFolder'],
    ['all capabilities', { capabilities: ['ALL'] }, 'systemFolder'],
    [
      'a disk as a serial port',
      { device: { node: '/dev/sda', kind: 'device', target: '/dev/ttyACM0' } },
      'systemFolder',
    ],
    [
      'a port that leads out of /dev',
      { device: { node: '/dev/serial/../mem', kind: 'device', target: '/dev/ttyACM0' } },
      'systemFolder',
    ],
    ...['/', '/dev', '/proc', '/sys/class', '/var/lib/docker', '/var/run/..'].map(
      (source): [string, Partial<ContainerSpec>, string] => [
        `a mount of ${source}`,
        { mounts: [{ type: 'bind', source, target: '/data', readOnly: true }] },
        'systemFolder',
      ],
    ),
    [
      'the engine’s socket',
      { mounts: [{ type: 'bind', source: '/var/run/docker.sock', target: '/s', readOnly: true }] },
      'enginePower',
    ],
    [
      'a mount over the container’s own /proc',
      { mounts: [{ type: 'tmpfs', target: '/proc' }] },
      'systemFolder',
    ],
  ])('refuses %s', (_, changes, reason) => {
    expect(refusal(changes)).toBe(reason);
  });

  it('refuses a link that leads to what is refused', () => {
    const mounts = [{ type: 'bind', source: '/srv/link', target: '/s', readOnly: true } as const];
    expect(refusal({ mounts }, { realPath: () => '/run/docker.sock' })).toBe('enginePower');
  });

  it('does not refuse its own default capabilities', () => {
    expect(refusal({ capabilities: [...defaultCapabilities] })).toBeNull();
  });
});
