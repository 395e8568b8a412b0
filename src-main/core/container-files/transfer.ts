import type { ContainerMountView } from '../../../src-shared/model/files.js';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { ContainerFilesEngine, ContainerPlace } from './container-files-engine.js';
import { isInArchive, mountAt, normalPath } from './mounts.js';

/** What a transfer tells while it goes on, and how it is ended. */
export interface TransferContext {
  readonly signal: AbortSignal;
  /** Bytes so far; `total` is null where nobody knows. */
  onBytes(done: number, total: number | null): void;
  log(text: string): void;
}

/** What transfers need to know beside the engine. */
export interface TransferParts {
  engine: ContainerFilesEngine;
  /** Whether a run goes on in this container: the engine must not hold it then. */
  isBusy: (containerId: string) => boolean;
  /** Whether a container's image has a `tar`; asked once an image. */
  hasTar: (place: ContainerPlace, signal: AbortSignal) => Promise<Result<boolean>>;
}

/** The most that goes through the engine's archive while a run goes on in the container, in bytes. */
const mostWhileBusy = 16 * 1024 ** 2;

/** How something is brought in or out: by the image's own `tar`, or through the engine's archive. */
export type Way = { way: 'tar' | 'archive'; place: ContainerPlace; mount: ContainerMountView | null };

/**
 * The way to a path of a container. Expected failures: `file-system-made` for what the kernel makes up,
 * `file-in-memory` for memory that no program of the image can be asked for, `file-memory-gone` where the container
 * has stopped, `file-held` where the engine would hold up a run.
 *
 * @param size in bytes, null when nobody knows
 */
export async function chooseWay(
  parts: TransferParts,
  options: { id: string; path: string; size: number | null; signal: AbortSignal },
): Promise<Result<Way>> {
  const { engine, isBusy, hasTar } = parts;
  const path = normalPath(options.path);
  const place = await engine.describe(options.id);
  if (!place.ok) return place;
  // A link on the way may lead into another mount.
  const stat = await engine.stat(options.id, path);
  if (!stat.ok) return stat;
  const mount = mountAt(place.value, normalPath(stat.value?.leadsTo ?? path));
  if (mount?.kind === 'system') return fail('file-system-made', { path });
  if (place.value.isRunning) {
    const withTar = await hasTar(place.value, options.signal);
    if (!withTar.ok) return withTar;
    if (withTar.value) return ok({ way: 'tar', place: place.value, mount });
    if (!isInArchive(mount)) return fail('file-in-memory', { path });
    const size = stat.value?.kind === 'file' ? stat.value.size : options.size;
    if (isBusy(options.id) && (size === null || size > mostWhileBusy)) return fail('file-held', { path });
  } else if (!isInArchive(mount)) {
    return fail('file-memory-gone', { path });
  }
  return ok({ way: 'archive', place: place.value, mount });
}

/** Asks each container once whether it has a `tar`. */
export function createTarProbe(engine: ContainerFilesEngine): TransferParts['hasTar'] {
  const known = new Map<string, boolean>();
  return async (place, signal) => {
    const before = known.get(place.id);
    if (before !== undefined) return ok(before);
    const outcome = await engine.run(place.id, { command: ['tar', '--help'], signal });
    if (!outcome.ok) return outcome;
    const has = outcome.value.exitCode !== 126 && outcome.value.exitCode !== 127;
    if (!signal.aborted) known.set(place.id, has);
    return ok(has);
  };
}
