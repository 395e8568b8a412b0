import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { fail, ok, type FaultParams, type Result } from '../../../src-shared/model/result.js';
import { packTar, planPack, type PackPlan } from '../tar/pack.js';
import { readTar, TarError } from '../tar/read-tar.js';
import { tarEnd, tarHeader } from '../tar/tar-header.js';
import type { RunOutcome } from './container-files-engine.js';
import type { Lister } from './lister.js';
import { firstLine, type Look } from './look.js';
import { insideOf, normalPath } from './mounts.js';
import { chooseWay, type TransferContext, type TransferParts, type Way } from './transfer.js';

export interface Upload {
  id: string;
  /** In the container; it is there. */
  folder: string;
  /** Absolute, on the station. */
  sources: string[];
  /** Whether files may take the place of files. A folder never takes the place of anything. */
  replace: boolean;
}

interface Owner {
  uid: number;
  gid: number;
}

/**
 * Brings files and folders of the station into a folder of a container, as that folder's owner. With the image's own
 * programs they arrive in a folder beside and are moved when all are whole, so that a cancelled upload leaves nothing.
 * Through the engine's archive (a stopped container, an image without `tar`) what was being sent when it ended cannot
 * be taken away again: it is emptied, and the fault `files-cut` names it. Expected failures besides: those of
 * `chooseWay` and `planPack`, `file-mount-read-only`, `file-read-only`, `file-exists`, `file-exists-folder`,
 * `file-forbidden`, `container-no-space`, `files-cancelled`.
 */
export async function upload(
  parts: TransferParts & { lister: Lister; look: Look },
  { id, folder: wanted, sources, replace }: Upload,
  context: TransferContext,
): Promise<Result<FaultParams>> {
  const folder = normalPath(wanted);
  const { signal } = context;
  const plan = await planPack(sources);
  if (!plan.ok) return plan;
  const way = await chooseWay(parts, { id, path: folder, size: plan.value.size, signal });
  if (!way.ok) return way;
  const writable = mayWrite(way.value, folder);
  if (!writable.ok) return writable;
  const free = await isFree(parts.lister, id, folder, plan.value, replace);
  if (!free.ok) return free;
  const owner = await ownerOf(parts, way.value, folder, signal);
  if (!owner.ok) return owner;
  for (const name of plan.value.left) context.log(`– ${name}`);

  const send = way.value.way === 'tar' ? sendStaged : sendStraight;
  const sent = await send(parts, { way: way.value, folder, plan: plan.value, owner: owner.value, context });
  parts.lister.forget(id);
  if (!sent.ok) return sent;
  return ok({
    folder,
    bytes: plan.value.size,
    files: plan.value.entries.length,
    left: plan.value.left.length,
  });
}

/** Says why something that is read-only is, so that nobody has to guess what to do instead. */
function mayWrite({ mount, place }: Way, folder: string): Result<void> {
  if (mount?.readOnly === true) {
    return fail('file-mount-read-only', { path: mount.path, kind: mount.kind, source: mount.source ?? '' });
  }
  return mount === null && place.readOnlyRoot ? fail('file-read-only', { path: folder }) : ok();
}

async function isFree(
  lister: Lister,
  id: string,
  folder: string,
  { names }: PackPlan,
  replace: boolean,
): Promise<Result<void>> {
  const listed = await lister.list(id, folder);
  if (!listed.ok) return listed;
  const there = new Map(listed.value.entries.map((entry) => [entry.name, entry]));
  for (const { name, isFolder } of names) {
    const taken = there.get(name);
    if (taken === undefined) continue;
    const path = posix.join(folder, name);
    if (isFolder || taken.kind === 'folder') return fail('file-exists-folder', { path });
    if (!replace) return fail('file-exists', { path });
  }
  return ok();
}

/** Whoever may use the folder may use what is put into it. */
async function ownerOf(
  { engine, look }: TransferParts & { look: Look },
  { way, place }: Way,
  folder: string,
  signal: AbortSignal,
): Promise<Result<Owner>> {
  if (way === 'tar') {
    const looked = await look.at(place, insideOf(folder), signal);
    const entry = looked.ok ? looked.value?.entries[0] : undefined;
    if (entry !== undefined) return ok({ uid: entry.uid, gid: entry.gid });
  }
  const archive = await engine.read(place.id, insideOf(folder), signal);
  if (!archive.ok) return archive;
  let owner: Owner = { uid: 0, gid: 0 };
  try {
    await readTar(archive.value, {
      each({ uid, gid }) {
        owner = { uid, gid };
        return 'stop';
      },
    });
    return ok(owner);
  } catch (error) {
    if (error instanceof TarError) return fail('files-broken-off', undefined, error.message);
    throw error;
  }
}

interface Sending {
  way: Way;
  folder: string;
  plan: PackPlan;
  owner: Owner;
  context: TransferContext;
}

async function sendStaged(
  { engine }: TransferParts,
  { way, folder, plan, owner, context }: Sending,
): Promise<Result<void>> {
  const { id } = way.place;
  const { signal } = context;
  const user = `${owner.uid}:${owner.gid}`;
  const stage = posix.join(folder, `.slipway-upload-${randomBytes(6).toString('hex')}`);
  const act = async (command: string[], input?: Readable, on = signal): Promise<Result<void>> => {
    const outcome = await engine.run(id, {
      command,
      user,
      signal: on,
      ...(input === undefined ? {} : { input }),
    });
    return outcome.ok ? judge(outcome.value, folder) : outcome;
  };
  /** Read anew: it changes while something is awaited. */
  const isCancelled = (): boolean => signal.aborted;
  const made = await act(['mkdir', stage]);
  if (!made.ok) return isCancelled() ? fail('files-cancelled') : made;
  try {
    let done = 0;
    const packing = packTar(plan, owner, (count) => context.onBytes((done += count), plan.size));
    const unpacked = await act(['tar', '-xpf', '-', '-C', stage], packing.tar);
    packing.tar.destroy();
    if (isCancelled()) return fail('files-cancelled');
    const problem = packing.problem();
    if (problem !== null) return { ok: false, error: problem };
    if (!unpacked.ok) return unpacked;
    for (const { name } of plan.names) {
      const moved = await act(['mv', '-f', posix.join(stage, name), posix.join(folder, name)]);
      if (!moved.ok) return isCancelled() ? fail('files-cancelled') : moved;
    }
    return ok();
  } finally {
    // Also after a cancel: by a signal of its own.
    const removed = await act(['rm', '-rf', stage], undefined, new AbortController().signal);
    if (!removed.ok) context.log(`– ${stage}`);
  }
}

function judge({ exitCode, complaints }: RunOutcome, path: string): Result<void> {
  if (exitCode === 0) return ok();
  if (/no space left/i.test(complaints)) return fail('container-no-space', undefined, complaints);
  if (/read-only file system/i.test(complaints)) return fail('file-read-only', { path }, complaints);
  if (/permission denied|operation not permitted/i.test(complaints)) {
    return fail('file-forbidden', { path }, complaints);
  }
  if (/no such file/i.test(complaints)) return fail('file-missing', { path }, complaints);
  return fail('file-unreadable', { path, reason: firstLine(complaints) }, complaints);
}

async function sendStraight(
  { engine }: TransferParts,
  { way, folder, plan, owner, context }: Sending,
): Promise<Result<void>> {
  const { id } = way.place;
  let done = 0;
  const packing = packTar(plan, owner, (count) => context.onBytes((done += count), plan.size));
  // A source that breaks off has to end the request, which would wait for the rest for ever.
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  packing.tar.on('error', abort);
  context.signal.addEventListener('abort', abort, { once: true });
  if (context.signal.aborted) abort();
  const written = await engine.write(id, folder, packing.tar, stop.signal);
  context.signal.removeEventListener('abort', abort);
  packing.tar.destroy();
  if (written.ok) return ok();
  const cut = packing.current();
  if (cut !== null) {
    const emptied = Readable.from([
      tarHeader({ name: cut, type: 'file', mode: 0o600, size: 0, modifiedAt: 0, ...owner }),
      tarEnd(),
    ]);
    await engine.write(id, folder, emptied, new AbortController().signal);
    return fail('files-cut', { path: posix.join(folder, cut) });
  }
  if (context.signal.aborted) return fail('files-cancelled');
  const problem = packing.problem();
  return problem === null ? written : { ok: false, error: problem };
}
