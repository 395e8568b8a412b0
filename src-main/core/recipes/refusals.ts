import { posix } from 'node:path';

/**
 * What a recipe may not ask for, because it would hand the station itself to the container. Docker's own
 * words on why: https://docs.docker.com/engine/security/#docker-daemon-attack-surface
 */

/** Folders of the host that give power over it, and the engine's own sockets and data. */
const guarded = [
  '/proc',
  '/sys',
  '/dev',
  '/boot',
  '/etc/shadow',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/run/docker.sock',
  '/run/containerd',
  '/run/podman',
  '/var/run/docker.sock',
  '/var/run/containerd',
  '/var/run/podman',
];

/** Equal to `folder` or below it. Both normal and absolute. */
function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/**
 * Whether binding this absolute path of the host into a container is refused: it is a guarded place,
 * below one, or a folder that holds one (such as `/`, `/var` or `/run`). Symbolic links are not followed
 * here: whoever binds it asks again with the real path.
 */
export function isRefusedMountSource(path: string): boolean {
  const trimmed = posix
    .normalize(path)
    .replace(/^\/+/, '/')
    .replace(/(?<=.)\/$/, '');
  if (/(^|\/)(docker|containerd|podman)[^/]*\.sock$/.test(trimmed)) return true;
  return guarded.some((place) => isWithin(trimmed, place) || isWithin(place, trimmed));
}

/** Whether mounting over this path of the container would break or weaken the container itself. */
export function isRefusedMountTarget(path: string): boolean {
  const trimmed = posix
    .normalize(path)
    .replace(/^\/+/, '/')
    .replace(/(?<=.)\/$/, '');
  return trimmed === '/' || ['/proc', '/sys', '/dev'].some((place) => isWithin(trimmed, place));
}

/** Whether an environment variable of this name must come from the secret store. */
export function looksSecret(name: string): boolean {
  return /magic_?number|passw(or)?d|passphrase|secret|token|licen[cs]e|api_?key|private_?key|credential/i.test(
    name,
  );
}

/**
 * Capabilities that a recipe may keep: Docker's default set and some that reach no further than the
 * container. All others (SYS_ADMIN, SYS_RAWIO, NET_ADMIN …) come close to privileged mode.
 * Source: https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
 */
export const allowedCapabilities = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'IPC_LOCK',
  'KILL',
  'LEASE',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TTY_CONFIG',
] as const;

/** Options of `docker run` and of Compose files that people try, with the message that says what to do instead. */
const optionMessages = {
  privileged: 'refusedPrivileged',
  ports: 'refusedPorts',
  publish: 'refusedPorts',
  devices: 'refusedDevices',
  volumes: 'refusedVolumes',
  environment: 'refusedEnvironment',
  network_mode: 'refusedNetworkMode',
  networkMode: 'refusedNetworkMode',
  cap_add: 'refusedCapAdd',
  capAdd: 'refusedCapAdd',
  pid: 'refusedOption',
  ipc: 'refusedOption',
  uts: 'refusedOption',
  userns: 'refusedOption',
  userns_mode: 'refusedOption',
  cgroup: 'refusedOption',
  cgroup_parent: 'refusedOption',
  security_opt: 'refusedOption',
  securityOpt: 'refusedOption',
  restart: 'refusedRestart',
};

/** The messages by the path in a recipe. */
export const refusedOptions: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(optionMessages).map(([option, message]) => [`container.${option}`, message]),
);
