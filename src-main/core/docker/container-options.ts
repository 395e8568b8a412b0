import type Docker from 'dockerode';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { allowedCapabilities, isRefusedMountSource, isRefusedMountTarget } from '../recipes/refusals.js';
import { labels, type ContainerMount, type ContainerSpec } from './engine.js';

/**
 * The engine's own log of a container, from which the station follows it, and from which it goes on after it
 * was away: 128 MiB in four files. Beyond that the engine drops the oldest, so that a flasher that prints
 * without end does not fill the disk.
 */
const logConfig = { Type: 'json-file', Config: { 'max-size': '32m', 'max-file': '4' } };

/**
 * Name lookups in a network without a way out. Newer engines would ask the host's name servers from the host's
 * side, which is a way out. Older ones pass lookups on to nobody and let them hang (10 s each, tried on 20.10).
 * One attempt of a second to a server that is the container itself, and no search list to multiply it, is the
 * soonest that they can be made to fail. Without the server named, the end of the container waits for lookups
 * that are under way, another 3 s.
 */
const failingLookups = {
  Dns: ['127.0.0.1'],
  DnsOptions: ['timeout:1', 'attempts:1'],
  DnsSearch: ['.'],
};

export interface OptionsContext {
  /** Whether the network has a way out. */
  outbound: boolean;
  /** The real path of a mount's source, symbolic links resolved; the path itself where that is not known. */
  realPath: (path: string) => string;
  /** How many processors the engine's machine has: it refuses a limit above that. */
  processors: number;
}

/**
 * What the engine is asked to make of a spec. Every container: no new privileges, all capabilities dropped
 * but the spec's, limits, no restart (a container with a dead device node must never run again), no terminal unless the spec asks for one.
 *
 * A device is passed with `--device`. A pseudo-terminal is bind-mounted: passed as a device its open fails
 * with EIO, since it is another instance of devpts that the container sees. The engine's device rules allow
 * pseudo-terminals to every container (`c 136:*`), so that none is needed.
 *
 * Expected failure: `container-option-refused`, for what would hand the station over to the container. The
 * recipe's schema refuses it before; this is the second look, at what is really asked of the engine.
 */
export function toCreateOptions(
  spec: ContainerSpec,
  context: OptionsContext,
): Result<Docker.ContainerCreateOptions> {
  const refusal = findRefusal(spec, context.realPath);
  if (refusal !== null) return fail('container-option-refused', refusal);
  const { device, publish, limits } = spec;
  const port = publish === undefined ? null : `${publish.containerPort}/tcp`;
  const ownLabels = Object.entries(spec.labels).filter(([name]) => name === labels.station);
  return ok({
    name: spec.name,
    Image: spec.image,
    Labels: spec.labels,
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    ...(spec.command === undefined ? {} : { Cmd: spec.command }),
    ...(spec.entrypoint === undefined ? {} : { Entrypoint: spec.entrypoint }),
    ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
    // A binding counts only for a port that is exposed as well.
    ...(port === null ? {} : { ExposedPorts: { [port]: {} } }),
    Tty: spec.terminal === true,
    OpenStdin: spec.terminal === true,
    StdinOnce: spec.terminal === true,
    HostConfig: {
      NetworkMode: spec.network,
      ...(port === null || publish === undefined
        ? {}
        : { PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: String(publish.hostPort) }] } }),
      ...(context.outbound || spec.network === 'none' ? {} : failingLookups),
      Privileged: false,
      SecurityOpt: ['no-new-privileges'],
      CapDrop: ['ALL'],
      CapAdd: spec.capabilities,
      ReadonlyRootfs: spec.readOnlyRoot,
      Memory: limits.memoryBytes,
      // Equal to the memory: no swap on top of it.
      MemorySwap: limits.memoryBytes,
      NanoCpus: Math.round(Math.min(limits.cpus, context.processors) * 1e9),
      PidsLimit: limits.pids,
      IpcMode: 'private',
      // What is typed into a shell, passwords included, is nobody's to keep.
      LogConfig: spec.terminal === true ? { Type: 'none', Config: {} } : logConfig,
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
      Devices:
        device?.kind === 'device'
          ? [{ PathOnHost: device.node, PathInContainer: device.target, CgroupPermissions: 'rwm' }]
          : [],
      Mounts: [
        ...(device?.kind === 'pseudo-terminal'
          ? [toMount({ type: 'bind', source: device.node, target: device.target, readOnly: false }, {})]
          : []),
        ...spec.mounts.map((mount) => toMount(mount, Object.fromEntries(ownLabels))),
      ],
    },
  });
}

function toMount(mount: ContainerMount, ownLabels: Record<string, string>): Docker.MountConfig[number] {
  switch (mount.type) {
    case 'bind':
      // The long form: the engine does not make a source that is not there.
      return { Type: 'bind', Source: mount.source, Target: mount.target, ReadOnly: mount.readOnly };
    case 'volume':
      return {
        Type: 'volume',
        Source: mount.source,
        Target: mount.target,
        ReadOnly: mount.readOnly,
        VolumeOptions: { NoCopy: false, Labels: ownLabels, DriverConfig: { Name: 'local', Options: {} } },
      };
    case 'tmpfs':
      return {
        Type: 'tmpfs',
        Source: '',
        Target: mount.target,
        ...(mount.sizeBytes === undefined
          ? {}
          : { TmpfsOptions: { SizeBytes: mount.sizeBytes, Mode: 0o1777 } }),
      };
  }
}

/** The option and the reason, as the message `container-option-refused` names them. */
function findRefusal(
  spec: ContainerSpec,
  realPath: (path: string) => string,
): { option: string; reason: string } | null {
  if (spec.network === 'host') return { option: 'network: host', reason: 'hostNetwork' };
  if (spec.network.startsWith('container:')) return { option: spec.network, reason: 'otherContainer' };
  // All others (SYS_ADMIN, SYS_RAWIO, NET_ADMIN …) come close to privileged mode.
  const capability = spec.capabilities.find(
    (name) => !allowedCapabilities.some((allowed) => allowed === name),
  );
  if (capability !== undefined) return { option: capability, reason: 'systemFolder' };
  for (const mount of spec.mounts) {
    if (isRefusedMountTarget(mount.target)) return { option: mount.target, reason: 'systemFolder' };
    if (mount.type !== 'bind') continue;
    const real = realPath(mount.source);
    if (!isRefusedMountSource(mount.source) && !isRefusedMountSource(real)) continue;
    const reason = /\.sock$/.test(real) ? 'enginePower' : 'systemFolder';
    return { option: mount.source, reason };
  }
  const { device } = spec;
  if (device !== undefined && !isSerialNode(realPath(device.node))) {
    return { option: device.node, reason: 'systemFolder' };
  }
  return null;
}

/** Terminals only: never a disk, memory or a bus, however a recipe or a link came to name it. */
function isSerialNode(node: string): boolean {
  return /^\/dev\/(tty[A-Za-z0-9_.-]+|pts\/\d+|rfcomm\d+|cu\.[^/]+)$/.test(node);
}
