import { posix } from 'node:path';
import type { ContainerMountView } from '../../../src-shared/model/files.js';
import type { ContainerPlace } from './container-files-engine.js';

/** What every container has besides the mounts that it was given: made up by the kernel, or memory. */
const everywhere: readonly ContainerMountView[] = [
  ...['/proc', '/sys', '/dev'].map((path) => ({
    kind: 'system' as const,
    path,
    source: null,
    readOnly: false,
  })),
  { kind: 'tmpfs', path: '/dev/shm', source: null, readOnly: false },
];

/** An absolute path of a container without `.`, `..`, doubled and trailing slashes. */
export function normalPath(path: string): string {
  const normal = posix.normalize(`/${path}`).replace(/^\/+/, '/');
  return normal === '/' ? normal : normal.replace(/\/$/, '');
}

/** What names a folder itself rather than a link to it, for programs and for the engine's archive. */
export function insideOf(path: string): string {
  return path === '/' ? '/.' : `${path}/.`;
}

/** Equal to `folder` or below it; both normal. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/** All mounts of a container, those that every one has included. */
export function mountsOf({ mounts }: Pick<ContainerPlace, 'mounts'>): ContainerMountView[] {
  const own = mounts.map((mount) => ({ ...mount, path: normalPath(mount.path) }));
  const paths = new Set(own.map(({ path }) => path));
  return [...own, ...everywhere.filter(({ path }) => !paths.has(path))];
}

/** The mount that a normal path is in, the innermost; null for the container's own layer. */
export function mountAt(place: Pick<ContainerPlace, 'mounts'>, path: string): ContainerMountView | null {
  const around = mountsOf(place).filter((mount) => isWithin(path, mount.path));
  return around.sort((one, other) => other.path.length - one.path.length)[0] ?? null;
}

/** Whether the engine's archive shows what is there: memory and what the kernel makes up it does not. */
export function isInArchive(mount: ContainerMountView | null): boolean {
  return mount === null || mount.kind === 'bind' || mount.kind === 'volume';
}
