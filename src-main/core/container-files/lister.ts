import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { ContainerMountView, FileEntry } from '../../../src-shared/model/files.js';
import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';
import type { ContainerFilesEngine, ContainerPlace } from './container-files-engine.js';
import { arrange, missingMounts, type RawEntry } from './listing.js';
import type { Look } from './look.js';
import { insideOf, isInArchive, isWithin, mountAt, mountsOf, normalPath } from './mounts.js';
import { scanArchive, type Scan } from './scan.js';

/** How long a list through the engine's archive may take, in ms: of a container that runs it is held meanwhile. */
const scanLimit = { running: 3000, stopped: 30_000 };
/** How long a program of the image may take, in ms. */
const lookLimit = 20_000;
/** How long what was read is kept for the next page or the next folder, in ms. */
const keptFor = 120_000;

export interface Listed {
  place: ContainerPlace;
  path: string;
  /** The mount that it is in, or is. */
  mount: ContainerMountView | null;
  entries: FileEntry[];
  complete: boolean;
}

/**
 * Lists folders of containers. One that runs is asked through `find` of its image; one that is stopped, or has no
 * `find`, through the engine's archive, whose reading of a whole tree is kept for the folders below.
 */
export interface Lister extends SyncDisposable {
  list(id: string, path: string): Promise<Result<Listed>>;
  /** As it was last listed, for the next page; else anew. */
  again(id: string, path: string): Promise<Result<Listed>>;
  /** Something in the container was changed by us. */
  forget(id: string): void;
}

export function createLister(options: { engine: ContainerFilesEngine; look: Look; clock: Clock }): Lister {
  const { engine, look, clock } = options;
  const stopping = new AbortController();
  let last: Listed | null = null;
  let scanned: { id: string; root: string; scan: Scan } | null = null;
  let forgetting: SyncDisposable | null = null;

  function keepForAWhile(): void {
    forgetting?.dispose();
    forgetting = clock.after(keptFor, () => {
      last = null;
      scanned = null;
    });
  }

  async function within<Value>(ms: number, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    const timer = clock.after(ms, abort);
    stopping.signal.addEventListener('abort', abort, { once: true });
    try {
      return await work(controller.signal);
    } finally {
      timer.dispose();
      stopping.signal.removeEventListener('abort', abort);
    }
  }

  /** The folder in what was read of this stopped container before. */
  function fromScan(place: ContainerPlace, path: string): RawEntry[] | undefined {
    if (scanned === null || scanned.id !== place.id || place.isRunning) return undefined;
    if (!scanned.scan.complete || !isWithin(path, scanned.root)) return undefined;
    return scanned.scan.folders.get(path.slice(scanned.root.length).replace(/^\//, ''));
  }

  async function scan(
    place: ContainerPlace,
    path: string,
  ): Promise<Result<{ entries: RawEntry[]; complete: boolean }>> {
    const known = fromScan(place, path);
    if (known !== undefined) return ok({ entries: known, complete: true });
    const stat = await engine.stat(place.id, path);
    if (!stat.ok) return stat;
    if (stat.value === null) return fail('file-missing', { path });
    const leads = stat.value.leadsTo === null ? stat : await engine.stat(place.id, stat.value.leadsTo);
    if (!leads.ok) return leads;
    if (leads.value?.kind !== 'folder') return fail('file-no-folder', { path });
    return within(place.isRunning ? scanLimit.running : scanLimit.stopped, async (signal) => {
      const archive = await engine.read(place.id, insideOf(path), signal);
      if (!archive.ok) return archive;
      const read = await scanArchive(archive.value, signal);
      if (!place.isRunning) scanned = { id: place.id, root: path, scan: read };
      return ok({ entries: read.folders.get('') ?? [], complete: read.complete });
    });
  }

  async function read(
    place: ContainerPlace,
    path: string,
  ): Promise<Result<{ entries: RawEntry[]; complete: boolean }>> {
    const mount = mountAt(place, path);
    if (place.isRunning) {
      const looked = await within(lookLimit, (signal) => look.folder(place, path, signal));
      if (looked.ok && looked.value !== null) return ok(looked.value);
      // The engine may read what the container's own root may not.
      const canHelp = looked.ok || looked.error.code === 'file-forbidden';
      if (!canHelp || !isInArchive(mount)) return looked.ok ? fail('file-in-memory', { path }) : looked;
    } else if (!isInArchive(mount)) {
      return mount?.path === path ? ok({ entries: [], complete: true }) : fail('file-missing', { path });
    }
    return scan(place, path);
  }

  async function list(id: string, wanted: string): Promise<Result<Listed>> {
    const path = normalPath(wanted);
    const place = await engine.describe(id);
    if (!place.ok) return place;
    const found = await read(place.value, path);
    if (!found.ok) return found;
    const mounts = mountsOf(place.value);
    const { entries, complete } = found.value;
    const all = [...entries, ...missingMounts(entries, path, mounts)];
    last = {
      place: place.value,
      path,
      mount: mountAt(place.value, path),
      entries: arrange(all, path, mounts),
      complete,
    };
    keepForAWhile();
    return ok(last);
  }

  return {
    list,
    again: (id, path) =>
      last !== null && last.place.id === id && last.path === normalPath(path)
        ? Promise.resolve(ok(last))
        : list(id, path),
    forget(id) {
      if (scanned?.id === id) scanned = null;
      if (last?.place.id === id) last = null;
    },
    dispose() {
      stopping.abort();
      forgetting?.dispose();
      last = null;
      scanned = null;
    },
  };
}
