import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type FaultParams, type Result } from '../../../src-shared/model/result.js';
import type { VolumeManifest } from '../../../src-shared/model/volumes.js';
import type { Clock } from '../clock.js';
import type { ContainerFilesEngine } from '../container-files/container-files-engine.js';
import type { TransferContext } from '../container-files/transfer.js';
import { saysAbsent } from '../ports/system-error.js';
import { hostFault } from '../tar/host-fault.js';
import { makeWhole } from '../tar/host-target.js';
import { openContent, readManifest, verifyBackup, writeBackup } from './backup-file.js';
import type { VolumeEngine } from './volume-engine.js';

/** What keeps the old content of a volume while another is put into it; its end is the volume's name. */
const keptName = /^before-restore-(.+)\.tar$/;

export interface VolumeTransferParts {
  volumes: VolumeEngine;
  files: Pick<ContainerFilesEngine, 'read' | 'write'>;
  clock: Clock;
  /** A folder of ours, for what a restore keeps until it is over. Made when it is needed. */
  folder: string;
  /** Who this station is, for the manifest. */
  about: () => { station: string; host: string };
  /** Images that a volume may be reached through, the best first; only those that are here are of use. */
  images: (volume: string) => string[];
}

/** Backing volumes up and restoring them. One at a time a volume is the caller's business. */
export interface VolumeTransfers {
  /** Fails with `volume-unknown`, `volume-foreign`, `volume-no-image`, `host-…`, `files-broken-off`, `files-cancelled`. */
  backup(
    name: string,
    file: string,
    replace: boolean,
    context: TransferContext,
  ): Promise<Result<FaultParams>>;
  /**
   * Verifies the backup, then fills a volume from it. A new volume is removed again when that fails. One that is there
   * (`replace`) must not be used; its content is kept in a file until the new one is in, and put back when it fails
   * (`restore-undone`), also by the next start of the station (`recover`).
   */
  restore(
    name: string,
    file: string,
    replace: boolean,
    context: TransferContext,
  ): Promise<Result<FaultParams>>;
  /** Puts back what a restore had kept whose station died. The names of the volumes that have their content again. */
  recover(): Promise<Result<string[]>>;
}

export function createVolumeTransfers(parts: VolumeTransferParts): VolumeTransfers {
  const { volumes, files, clock, folder } = parts;

  /** Works with a volume through a helper, which is gone afterwards. */
  async function through<Value>(
    name: string,
    work: (helper: { id: string; folder: string }) => Promise<Result<Value>>,
  ): Promise<Result<Value>> {
    const helper = await volumes.makeHelper(name, parts.images(name));
    if (!helper.ok) return helper;
    const done = await work(helper.value);
    const removed = await volumes.removeHelper(helper.value.id);
    // What was done is done; a helper that stays is found by its label at the next start.
    return done.ok && !removed.ok && removed.error.code !== 'engine-lost' ? removed : done;
  }

  function save(
    name: string,
    path: string,
    { signal, onBytes }: Pick<TransferContext, 'signal' | 'onBytes'>,
  ): Promise<Result<VolumeManifest>> {
    return through(name, async (helper) => {
      const tar = await files.read(helper.id, `${helper.folder}/.`, signal);
      if (!tar.ok) return tar;
      const stop = (): void => void tar.value.destroy();
      signal.addEventListener('abort', stop, { once: true });
      const about = { volume: name, createdAt: clock.now(), ...parts.about() };
      const written = await writeBackup(path, tar.value, about, (done) => onBytes(done, null));
      signal.removeEventListener('abort', stop);
      tar.value.destroy();
      return signal.aborted ? fail('files-cancelled') : written;
    });
  }

  /** Puts the content of a verified backup into a volume that is empty. */
  function fill(
    name: string,
    path: string,
    manifest: VolumeManifest,
    { signal, onBytes }: Pick<TransferContext, 'signal' | 'onBytes'>,
  ): Promise<Result<void>> {
    return through(name, async (helper) => {
      const content = await openContent(path, manifest.size);
      if (!content.ok) return content;
      let done = 0;
      content.value.on('data', (chunk: string | Buffer) => onBytes((done += chunk.length), manifest.size));
      content.value.pause();
      const written = await files.write(helper.id, helper.folder, content.value, signal);
      content.value.destroy();
      return signal.aborted ? fail('files-cancelled') : written;
    });
  }

  /** An empty volume of this name, in the place of one that may be there. */
  async function makeAnew(name: string): Promise<Result<void>> {
    const removed = await volumes.remove(name);
    return removed.ok ? volumes.create(name) : removed;
  }

  async function intoNew(
    name: string,
    file: string,
    manifest: VolumeManifest,
    context: TransferContext,
  ): Promise<Result<void>> {
    const made = await volumes.create(name);
    if (!made.ok) return made;
    const filled = await fill(name, file, manifest, context);
    if (!filled.ok) await volumes.remove(name);
    return filled;
  }

  async function intoOld(
    name: string,
    file: string,
    manifest: VolumeManifest,
    context: TransferContext,
  ): Promise<Result<void>> {
    const unused = await mustBeUnused(name);
    if (!unused.ok) return unused;
    const kept = join(folder, `before-restore-${name}.tar`);
    const readied = await makeFolder(folder);
    if (!readied.ok) return readied;
    const silent = { signal: context.signal, onBytes: () => undefined };
    const saved = await makeWhole(kept, { kind: 'file', replace: false }, (place) =>
      save(name, place, silent),
    );
    if (!saved.ok) return saved;
    const emptied = await makeAnew(name);
    const filled = emptied.ok ? await fill(name, file, manifest, context) : emptied;
    if (filled.ok) {
      await rm(kept, { force: true });
      return filled;
    }
    const undone = await putBack(name, kept);
    if (!undone.ok) return fail('restore-not-undone', { name, path: kept }, JSON.stringify(undone.error));
    if (filled.error.code === 'files-cancelled') return filled;
    return fail('restore-undone', { name }, JSON.stringify(filled.error));
  }

  async function mustBeUnused(name: string): Promise<Result<void>> {
    const users = await volumes.users();
    if (!users.ok) return users;
    const found = users.value.get(name);
    return found === undefined ? ok() : fail('volume-in-use', usersOf(name, found));
  }

  async function putBack(name: string, kept: string): Promise<Result<void>> {
    const { signal } = new AbortController();
    const manifest = await verifyBackup(kept, signal, () => undefined);
    if (!manifest.ok) return manifest;
    const emptied = await makeAnew(name);
    const filled = emptied.ok
      ? await fill(name, kept, manifest.value, { signal, onBytes: () => undefined })
      : emptied;
    if (filled.ok) await rm(kept, { force: true });
    return filled;
  }

  return {
    async backup(name, file, replace, context) {
      const found = await volumes.find(name);
      if (!found.ok) return found;
      const made = await makeWhole(file, { kind: 'file', replace }, (place) => save(name, place, context));
      if (!made.ok) return made;
      return ok({
        name,
        path: file,
        bytes: made.value.size,
        entries: made.value.entries,
        sha256: made.value.sha256,
      });
    },
    async restore(name, file, replace, context) {
      const claimed = await readManifest(file);
      if (!claimed.ok) return claimed;
      // Twice its size: it is read to its end before anything is touched.
      const total = 2 * claimed.value.size;
      const manifest = await verifyBackup(file, context.signal, (done) => context.onBytes(done, total));
      if (!manifest.ok) return manifest;
      const { size, entries } = manifest.value;
      const second = { ...context, onBytes: (done: number) => context.onBytes(size + done, total) };
      const there = await volumes.find(name);
      if (!there.ok && there.error.code !== 'volume-unknown') return there;
      if (there.ok && !replace) return fail('volume-exists', { name });
      const put = there.ok ? intoOld : intoNew;
      const restored = await put(name, file, manifest.value, second);
      return restored.ok ? ok({ name, path: file, bytes: size, entries }) : restored;
    },
    async recover() {
      const back: string[] = [];
      for (const entry of await kept(folder)) {
        const name = keptName.exec(entry)?.[1];
        if (name === undefined) continue;
        const unused = await mustBeUnused(name);
        const undone = unused.ok ? await putBack(name, join(folder, entry)) : unused;
        if (!undone.ok) return undone;
        back.push(name);
      }
      return ok(back);
    },
  };
}

/** The names of whoever uses a volume, for a message. */
export function usersOf(
  name: string,
  users: { usedBy: { name: string }[]; foreignUsers: number },
): { name: string; users: string; count: number } {
  const count = users.usedBy.length + users.foreignUsers;
  return { name, users: users.usedBy.map((user) => user.name).join(', ') || '–', count };
}

async function makeFolder(path: string): Promise<Result<void>> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    return ok();
  } catch (error) {
    return { ok: false, error: hostFault(error, path) };
  }
}

async function kept(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (saysAbsent(error)) return [];
    throw error;
  }
}
