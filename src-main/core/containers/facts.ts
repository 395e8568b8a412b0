import type {
  ContainerFacts,
  ContainerMountFact,
  ContainerSummary,
} from '../../../src-shared/model/container.js';
import type { ContainerDetails } from '../docker/details-schema.js';
import { labels, type ContainerInfo } from '../docker/engine.js';
import { masked, splitEnv } from './mask.js';

const states = ['created', 'running', 'exited', 'dead'] as const;

/** What one wants to know first. `details` must have no secrets left in it. */
export function toFacts(details: ContainerDetails): ContainerFacts {
  const { Config, HostConfig, State } = details;
  const state = states.find((known) => known === State.Status) ?? 'other';
  const ended = state === 'exited' || state === 'dead';
  return {
    id: details.Id,
    name: details.Name.replace(/^\//, ''),
    image: Config.Image,
    imageId: details.Image,
    state,
    exitCode: ended ? State.ExitCode : null,
    ...owner(Config.Labels),
    error: State.Error,
    outOfMemory: State.OOMKilled,
    createdAt: timeOf(details.Created),
    startedAt: timeOf(State.StartedAt),
    finishedAt: ended ? timeOf(State.FinishedAt) : null,
    entrypoint: Config.Entrypoint,
    command: Config.Cmd,
    workingDir: Config.WorkingDir,
    user: Config.User,
    ports: portsOf(details),
    devices: HostConfig.Devices.map(({ PathOnHost, PathInContainer }) => ({
      host: PathOnHost,
      container: PathInContainer,
    })),
    mounts: mountsOf(details),
    network: HostConfig.NetworkMode,
    addresses: Object.entries(details.NetworkSettings?.Networks ?? {}).flatMap(([network, { IPAddress }]) =>
      IPAddress === '' ? [] : [{ network, address: IPAddress }],
    ),
    limits: {
      memoryBytes: orNull(HostConfig.Memory),
      cpus: orNull(HostConfig.NanoCpus / 1e9),
      pids: orNull(HostConfig.PidsLimit),
    },
    capabilities: {
      dropped: plainCapabilities(HostConfig.CapDrop),
      added: plainCapabilities(HostConfig.CapAdd),
    },
    securityOptions: HostConfig.SecurityOpt,
    privileged: HostConfig.Privileged,
    readOnlyRoot: HostConfig.ReadonlyRootfs,
    restart: HostConfig.RestartPolicy?.Name === '' ? 'no' : (HostConfig.RestartPolicy?.Name ?? 'no'),
    labels: Object.entries(Config.Labels)
      .map(([name, value]) => ({ name, value }))
      .sort(byName),
    env: Config.Env.map((entry) => {
      const [name, value] = splitEnv(entry) ?? [entry, ''];
      return { name, value: value === masked ? null : value };
    }).sort(byName),
  };
}

/** A container of the engine's list, for ours. */
export function toSummary(info: ContainerInfo): ContainerSummary {
  const { id, name, image, imageId, state, exitCode, startedAt, finishedAt } = info;
  return { id, name, image, imageId, state, exitCode, startedAt, finishedAt, ...owner(info.labels) };
}

function owner(of: Record<string, string>): Pick<ContainerSummary, 'bay' | 'runId' | 'recipe'> {
  const bay = Number(of[labels.bay]);
  return {
    bay: Number.isInteger(bay) && bay > 0 ? bay : null,
    runId: of[labels.run] ?? null,
    recipe: of[labels.recipe] ?? null,
  };
}

function byName(one: { name: string }, other: { name: string }): number {
  return one.name < other.name ? -1 : Number(one.name > other.name);
}

/** Engine times; one that has not come yet is the year 1. */
function timeOf(text: string): number | null {
  const time = Date.parse(text);
  return text.startsWith('0001-') || Number.isNaN(time) ? null : time;
}

/** Zero and less mean no limit. */
function orNull(amount: number): number | null {
  return amount > 0 ? amount : null;
}

/** As they are told: the command line's client writes `CAP_KILL` where it was told `KILL`. */
export function plainCapabilities(capabilities: readonly string[]): string[] {
  return capabilities.map((name) => name.replace(/^CAP_/, ''));
}

/** As published now; what was asked for where the container does not run. */
function portsOf({ Config, HostConfig, NetworkSettings }: ContainerDetails): ContainerFacts['ports'] {
  const now = Object.entries(NetworkSettings?.Ports ?? {});
  const ports = now.length > 0 ? now : Object.entries(HostConfig.PortBindings);
  const known = ports.flatMap(([container, places]): ContainerFacts['ports'] =>
    (places ?? []).length === 0
      ? [{ container, host: null }]
      : (places ?? []).map(({ HostIp, HostPort }) => ({ container, host: `${HostIp}:${HostPort}` })),
  );
  const exposed = Config.ExposedPorts.filter((port) => !known.some(({ container }) => container === port));
  return [...known, ...exposed.map((container) => ({ container, host: null }))];
}

function mountsOf({ Mounts, HostConfig }: ContainerDetails): ContainerMountFact[] {
  const mounts = Mounts.map(({ Type, Name, Source, Destination, RW }): ContainerMountFact => {
    const asked = HostConfig.Mounts.find(({ Target }) => Target === Destination);
    const kind = Type === 'bind' || Type === 'volume' || Type === 'tmpfs' ? Type : 'other';
    return {
      kind,
      source: kind === 'tmpfs' ? null : kind === 'volume' ? Name : Source,
      target: Destination,
      readOnly: !RW,
      sizeBytes: orNull(asked?.TmpfsOptions?.SizeBytes ?? 0),
    };
  });
  // Those of `--tmpfs` are not among the mounts.
  const others = Object.keys(HostConfig.Tmpfs).map((target): ContainerMountFact => {
    return { kind: 'tmpfs', source: null, target, readOnly: false, sizeBytes: null };
  });
  return [...mounts, ...others].sort((a, b) => (a.target < b.target ? -1 : 1));
}
