import type { ContainerDetails, MountOptions } from '../docker/details-schema.js';
import type { ImageDefaults } from './container-source.js';
import { plainCapabilities } from './facts.js';
import { masked, splitEnv } from './mask.js';
import { csvField, shellWord } from '../shell-words.js';

export interface RunCommand {
  /** For a POSIX shell; an option a line. */
  text: string;
  /** The arguments after `docker`, as the shell hands them over. */
  words: string[];
  /** Variables that are taken from the shell: what they hold is secret. */
  withheld: string[];
}

/** The engine's own size of /dev/shm, in bytes. */
const usualShm = 64 * 1024 ** 2;

/**
 * The `docker run` that makes an equal container. It says what the container was made with and what the image does
 * not say already. It has no name: two containers cannot have one. Slipway's own labels are left out: what somebody
 * runs by hand is theirs, and the station would remove it with what no run needs.
 *
 * `details` must have no secrets left in it. A variable that was masked is passed without a value (`--env NAME`),
 * which Docker takes from the shell.
 *
 * Options: https://docs.docker.com/reference/cli/docker/container/run/
 */
export function toRunCommand(
  details: ContainerDetails,
  { image, imageNameHolds }: { image: ImageDefaults | null; imageNameHolds: boolean },
): RunCommand {
  const { Config, HostConfig } = details;
  const withheld: string[] = [];
  const env = Config.Env.filter((entry) => image?.env.includes(entry) !== true).flatMap((entry) => {
    const [name, value] = splitEnv(entry) ?? [entry, ''];
    if (!value.includes(masked)) return ['--env', entry];
    withheld.push(name);
    return ['--env', name];
  });
  const program = programOf(details, image);
  const options = [
    ['--detach'],
    when(Config.Tty, '--tty'),
    when(Config.OpenStdin, '--interactive'),
    when(Config.Hostname !== '' && !details.Id.startsWith(Config.Hostname), '--hostname', Config.Hostname),
    when(Config.User !== (image?.user ?? ''), '--user', Config.User),
    when(Config.WorkingDir !== (image?.workingDir ?? ''), '--workdir', Config.WorkingDir),
    when(Config.StopSignal !== '', '--stop-signal', Config.StopSignal),
    ...labelOptions(Config.Labels, image?.labels ?? {}),
    ...inPairs(env),
    ...HostConfig.Devices.map(({ PathOnHost, PathInContainer, CgroupPermissions }) => [
      '--device',
      [PathOnHost, PathInContainer, ...(CgroupPermissions === '' ? [] : [CgroupPermissions])].join(':'),
    ]),
    ...HostConfig.Mounts.map((mount) => ['--mount', mountWords(mount)]),
    ...each('--volume', HostConfig.Binds),
    ...Object.entries(HostConfig.Tmpfs).map(([path, how]) => [
      '--tmpfs',
      how === '' ? path : `${path}:${how}`,
    ]),
    ...networkOptions(details, image),
    ...each('--cap-drop', plainCapabilities(HostConfig.CapDrop)),
    ...each('--cap-add', plainCapabilities(HostConfig.CapAdd)),
    ...each('--security-opt', HostConfig.SecurityOpt),
    ...each('--group-add', HostConfig.GroupAdd),
    when(HostConfig.Privileged, '--privileged'),
    when(HostConfig.ReadonlyRootfs, '--read-only'),
    when(HostConfig.Init, '--init'),
    ...limitOptions(HostConfig),
    when(HostConfig.IpcMode !== '', '--ipc', HostConfig.IpcMode),
    when(HostConfig.PidMode !== '', '--pid', HostConfig.PidMode),
    ...logOptions(HostConfig.LogConfig),
    ...restartOptions(HostConfig),
    program.entrypoint,
  ].filter((option) => option.length > 0);
  const rest = [imageWord(details, imageNameHolds), ...program.command];
  const lines = [
    'docker run',
    ...options.map((words) => words.map(shellWord).join(' ')),
    rest.map(shellWord).join(' '),
  ];
  return { text: lines.join(' \\\n  '), words: ['run', ...options.flat(), ...rest], withheld };
}

type Option = readonly string[];

function when(condition: boolean, ...words: string[]): Option {
  return condition ? words : [];
}

function each(option: string, values: readonly string[]): Option[] {
  return values.map((value) => [option, value]);
}

function inPairs(words: readonly string[]): Option[] {
  return words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? '']] : []));
}

/** A name that means another image by now would make another container. */
function imageWord({ Config, Image }: ContainerDetails, imageNameHolds: boolean): string {
  return imageNameHolds && Config.Image !== '' ? Config.Image : Image;
}

/** The entry point is one word of its option; its others come first in the command. */
function programOf(
  { Config: { Entrypoint, Cmd } }: ContainerDetails,
  image: ImageDefaults | null,
): { entrypoint: Option; command: string[] } {
  if (sameWords(Entrypoint, image?.entrypoint ?? [])) {
    return { entrypoint: [], command: sameWords(Cmd, image?.command ?? []) ? [] : Cmd };
  }
  const [first = '', ...others] = Entrypoint;
  return { entrypoint: ['--entrypoint', first], command: [...others, ...Cmd] };
}

function sameWords(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word, index) => word === other[index]);
}

function labelOptions(labels: Record<string, string>, ofImage: Record<string, string>): Option[] {
  return Object.entries(labels)
    .filter(([name, value]) => ofImage[name] !== value && !isSlipways(name))
    .map(([name, value]) => ['--label', `${name}=${value}`]);
}

const isSlipways = (label: string): boolean => label.startsWith('io.slipway.');

function mountWords({ Type, Source, Target, ReadOnly, ...more }: MountOptions): string {
  const { VolumeOptions, TmpfsOptions, BindOptions } = more;
  const fields = [`type=${Type}`];
  if (Source !== '') fields.push(`source=${Source}`);
  fields.push(`target=${Target}`);
  if (ReadOnly) fields.push('readonly');
  if (Type === 'bind' && BindOptions?.Propagation) fields.push(`bind-propagation=${BindOptions.Propagation}`);
  if (Type === 'volume' && VolumeOptions) {
    if (VolumeOptions.NoCopy) fields.push('volume-nocopy');
    for (const [name, value] of Object.entries(VolumeOptions.Labels).filter(([name]) => !isSlipways(name)))
      fields.push(`volume-label=${name}=${value}`);
    const { Name = '', Options = {} } = VolumeOptions.DriverConfig ?? {};
    if (Name !== '') fields.push(`volume-driver=${Name}`);
    for (const [name, value] of Object.entries(Options)) fields.push(`volume-opt=${name}=${value}`);
  }
  if (Type === 'tmpfs' && TmpfsOptions) {
    if (TmpfsOptions.SizeBytes > 0) fields.push(`tmpfs-size=${TmpfsOptions.SizeBytes}`);
    if (TmpfsOptions.Mode > 0) fields.push(`tmpfs-mode=${TmpfsOptions.Mode.toString(8)}`);
  }
  return fields.map(csvField).join(',');
}

function networkOptions({ Config, HostConfig }: ContainerDetails, image: ImageDefaults | null): Option[] {
  const { NetworkMode, PortBindings, Dns, DnsOptions, DnsSearch, ExtraHosts } = HostConfig;
  const published = Object.entries(PortBindings).flatMap(([port, places]) =>
    (places ?? []).map(({ HostIp, HostPort }) => [
      '--publish',
      [...(HostIp === '' ? [] : [HostIp.includes(':') ? `[${HostIp}]` : HostIp]), HostPort, port].join(':'),
    ]),
  );
  const exposed = Config.ExposedPorts.filter(
    (port) => !(port in PortBindings) && image?.exposed.includes(port) !== true,
  );
  return [
    when(NetworkMode !== '' && NetworkMode !== 'default', '--network', NetworkMode),
    ...published,
    ...each('--expose', exposed),
    ...each('--dns', Dns),
    ...each('--dns-option', DnsOptions),
    ...each('--dns-search', DnsSearch),
    ...each('--add-host', ExtraHosts),
  ];
}

function limitOptions(limits: ContainerDetails['HostConfig']): Option[] {
  const { Memory, MemorySwap, NanoCpus, CpuShares, PidsLimit, ShmSize, Ulimits } = limits;
  return [
    when(Memory > 0, '--memory', String(Memory)),
    when(MemorySwap !== 0, '--memory-swap', String(MemorySwap)),
    when(NanoCpus > 0, '--cpus', String(NanoCpus / 1e9)),
    when(CpuShares > 0, '--cpu-shares', String(CpuShares)),
    when(PidsLimit !== 0, '--pids-limit', String(PidsLimit)),
    when(ShmSize > 0 && ShmSize !== usualShm, '--shm-size', String(ShmSize)),
    ...Ulimits.map(({ Name, Soft, Hard }) => ['--ulimit', `${Name}=${Soft}:${Hard}`]),
  ];
}

function logOptions(log: ContainerDetails['HostConfig']['LogConfig']): Option[] {
  if (!log || log.Type === '') return [];
  return [
    ['--log-driver', log.Type],
    ...Object.entries(log.Config).map(([name, value]) => ['--log-opt', `${name}=${value}`]),
  ];
}

/** A container that is removed at its end can have no restart policy beside. */
function restartOptions({ RestartPolicy, AutoRemove }: ContainerDetails['HostConfig']): Option[] {
  if (AutoRemove) return [['--rm']];
  const { Name = '', MaximumRetryCount = 0 } = RestartPolicy ?? {};
  if (Name === '') return [];
  return [['--restart', MaximumRetryCount > 0 ? `${Name}:${MaximumRetryCount}` : Name]];
}
