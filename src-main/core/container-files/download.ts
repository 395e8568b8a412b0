import { posix } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import type { DownloadForm } from '../../../src-shared/model/files.js';
import { fail, ok, type FaultParams, type Result } from '../../../src-shared/model/result.js';
import { isSystemError } from '../ports/system-error.js';
import { hostFault } from '../tar/host-fault.js';
import { makeWhole } from '../tar/host-target.js';
import { readTar, TarError, writeNewFile } from '../tar/read-tar.js';
import { unpackTar } from '../tar/unpack.js';
import type { RunOutcome } from './container-files-engine.js';
import { firstLine } from './look.js';
import { insideOf, normalPath } from './mounts.js';
import { chooseWay, type TransferContext, type TransferParts, type Way } from './transfer.js';

export interface Download {
  id: string;
  path: string;
  /** Absolute, on the station. */
  target: string;
  form: DownloadForm;
  replace: boolean;
}

/** A tar on its way, and how it came to its end. */
interface Source {
  tar: Readable;
  ended: Promise<Result<void>>;
}

/**
 * Brings a file or folder of a container to the station: streamed to the disk beside its target, which it becomes
 * once it is whole. Expected failures: those of `chooseWay`, `makeWhole` and `unpackTar`, `file-missing`,
 * `file-no-file`, `file-no-folder`, `file-forbidden`, `files-broken-off`, `files-cancelled`.
 */
export async function download(
  parts: TransferParts,
  { id, path: wanted, target, form, replace }: Download,
  context: TransferContext,
): Promise<Result<FaultParams>> {
  const path = normalPath(wanted);
  const { signal } = context;
  const way = await chooseWay(parts, { id, path, size: null, signal });
  if (!way.ok) return way;
  let done = 0;
  let total: number | null = null;
  const count = (bytes: number): void => context.onBytes((done += bytes), total);

  const made = await makeWhole(
    target,
    { kind: form === 'folder' ? 'folder' : 'file', replace },
    async (place) => {
      const opened = await openSource(parts, way.value, path, form, signal);
      if (!opened.ok) return opened;
      const { tar, ended } = opened.value;
      const taken = await takeIn(tar, place);
      tar.destroy();
      const end = await ended;
      if (signal.aborted) return fail('files-cancelled');
      // What the disk here refused ended the other side as well; else the other side knows best.
      if (!taken.ok && taken.error.code !== 'files-broken-off') return taken;
      return end.ok ? taken : end;
    },
  );
  return made.ok ? ok({ path: target, bytes: done, ...made.value }) : made;

  async function takeIn(tar: Readable, place: string): Promise<Result<FaultParams>> {
    if (form === 'file') {
      return takeFile(tar, place, path, (size) => (total = size), count);
    }
    if (form === 'tar') return takeTar(tar, place, count);
    const unpacked = await unpackTar(tar, place, count);
    if (!unpacked.ok) return unpacked;
    for (const name of unpacked.value.left) context.log(`– ${name}`);
    return ok({ files: unpacked.value.files, left: unpacked.value.left.length });
  }
}

async function openSource(
  { engine }: TransferParts,
  { way, place }: Way,
  path: string,
  form: DownloadForm,
  signal: AbortSignal,
): Promise<Result<Source>> {
  const stat = await engine.stat(place.id, path);
  if (!stat.ok) return stat;
  const isLink = stat.value?.kind === 'link';
  const inside = form === 'folder' || path === '/' || (form === 'tar' && isLink);
  if (way === 'archive') {
    const real = form === 'file' ? (stat.value?.leadsTo ?? path) : path;
    const tar = await engine.read(place.id, inside ? insideOf(real) : real, signal);
    if (!tar.ok) return tar;
    const stop = (): void => void tar.value.destroy();
    signal.addEventListener('abort', stop, { once: true });
    tar.value.once('close', () => signal.removeEventListener('abort', stop));
    return ok({ tar: tar.value, ended: Promise.resolve(ok()) });
  }
  const tar = new PassThrough({ highWaterMark: 256 * 1024 });
  // Its error is its reader's to tell.
  tar.on('error', () => undefined);
  const folder = inside ? path : posix.dirname(path);
  const name = inside ? '.' : `./${posix.basename(path)}`;
  // Of the whole container without what the kernel makes up, which has no end.
  const without = path === '/' ? ['./proc', './sys', './dev'].map((each) => `--exclude=${each}`) : [];
  const flags = form === 'file' ? '-chf' : '-cf';
  const command = ['tar', flags, '-', '-C', folder, ...without, name];
  const ended = engine.run(place.id, { command, signal, output: tar }).then((outcome) => {
    if (!outcome.ok) tar.destroy();
    return outcome.ok ? judge(outcome.value, path) : outcome;
  });
  return ok({ tar, ended });
}

/** GNU tar ends with 1 where a file changed while it was read, as logs do: it is there as it was then. */
function judge({ exitCode, complaints }: RunOutcome, path: string): Result<void> {
  if (exitCode === 0) return ok();
  if (exitCode === 1 && /changed as we read it|removed before we read it/i.test(complaints)) return ok();
  if (/no such file|can't cd|cannot (open|chdir)|can't change directory/i.test(complaints)) {
    if (/not a directory/i.test(complaints)) return fail('file-no-folder', { path }, complaints);
    return fail('file-missing', { path }, complaints);
  }
  if (/not a directory/i.test(complaints)) return fail('file-no-folder', { path }, complaints);
  if (/permission denied/i.test(complaints)) return fail('file-forbidden', { path }, complaints);
  return fail('file-unreadable', { path, reason: firstLine(complaints) }, complaints);
}

/** The one file of a tar. */
async function takeFile(
  tar: Readable,
  place: string,
  path: string,
  onSize: (size: number) => void,
  onBytes: (count: number) => void,
): Promise<Result<FaultParams>> {
  let taken: Result<FaultParams> = fail('files-broken-off', undefined, 'no file');
  try {
    await readTar(tar, {
      async each(header, content) {
        // The end of the tar still belongs to it: a reader that leaves early would look like one that failed.
        if (taken.ok) return 'go-on';
        if (header.type !== 'file' && header.type !== 'contiguous-file') {
          taken = fail('file-no-file', { path });
          return 'stop';
        }
        onSize(header.size);
        await writeNewFile(place, content, { sync: true, onBytes });
        taken = ok({});
        return 'go-on';
      },
    });
    return taken;
  } catch (error) {
    return broken(error, place);
  }
}

async function takeTar(
  tar: Readable,
  place: string,
  onBytes: (count: number) => void,
): Promise<Result<FaultParams>> {
  try {
    await writeNewFile(place, tar as AsyncIterable<Buffer>, { sync: true, onBytes });
    return ok({});
  } catch (error) {
    return broken(error, place);
  }
}

/** The disk's refusal, or else the other side's: whoever carried it knows better what that was. */
function broken(error: unknown, place: string): Result<never> {
  if (isSystemError(error) && error.path !== undefined) return { ok: false, error: hostFault(error, place) };
  if (isSystemError(error) && ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS'].includes(error.code)) {
    return { ok: false, error: hostFault(error, place) };
  }
  if (!(error instanceof Error)) throw error;
  return fail('files-broken-off', undefined, error instanceof TarError ? error.message : String(error));
}
