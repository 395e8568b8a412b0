import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { JobPhase } from '../../../src-shared/model/job.js';
import { fail, ok, type FaultParams, type Result } from '../../../src-shared/model/result.js';
import { identify } from '../config/process-identity.js';
import { isSystemError } from '../ports/system-error.js';
import { hostFault } from '../tar/host-fault.js';
import type { JobContext, Leftover, StepHandle } from '../jobs/jobs.js';
import { removeFolder, temporaryPrefix } from '../jobs/leftovers.js';
import { debootstrapArguments, type DebootstrapRequest } from './debootstrap-command.js';
import { readDebootstrapLine } from './debootstrap-output.js';
import { gaveUp, mayTakeName, type MakerParts } from './image-name.js';
import { sendArchive } from './import-image.js';
import { ArchiveBroken } from './open-archive.js';

/** Left out of the image: what apt keeps to install from, which every image would carry along. */
const leftOut = ['./var/cache/apt/archives/*.deb', './var/lib/apt/lists/*_*', './debootstrap'];
/** How many last lines of what failed are told with it. */
const lastLines = 20;
/** With less than this left no base system can be made, whatever else was wrong, in bytes. */
const tooLittle = 100 * 1024 ** 2;

/**
 * Makes a base image by debootstrap, as a job: into a temporary folder, and from there as a tar straight into the
 * engine. Whatever happens, the folder goes and nothing in it stays mounted. Needs root: it makes devices and changes
 * its root folder. Fails with `debootstrap-needs-root`, `debootstrap-missing`, `debootstrap-failed`,
 * `debootstrap-unverified`, `host-no-space`, and what `debootstrapArguments` fails with.
 */
export async function debootstrapImage(
  parts: MakerParts,
  request: DebootstrapRequest,
  job: JobContext,
): Promise<Result<FaultParams>> {
  const checking = job.step({ phase: 'check' });
  if (process.getuid?.() !== 0) return fail('debootstrap-needs-root');
  const free = await mayTakeName(parts, request.name, request.replace);
  if (!free.ok) return free;
  const made = await makeFolder();
  if (!made.ok) return made;
  const folder = made.value;
  const left: Leftover = { type: 'folder', path: folder };
  await job.leaves(left);
  try {
    const words = await debootstrapArguments(request, folder);
    if (!words.ok) return words;
    checking.log(`debootstrap ${words.value.join(' ')}`, 'station');
    checking.end('done');
    if (job.signal.aborted) return gaveUp();
    const installed = await runDebootstrap(words.value, folder, request.suite, job);
    if (!installed.ok) return installed;
    return await packFolder(parts, request, folder, job);
  } finally {
    const cleaning = job.step({ phase: 'clean' });
    if (await removeFolder(folder)) {
      job.cleaned(left);
      cleaning.end('done');
    } else cleaning.end('failed');
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function makeFolder(): Promise<Result<string>> {
  try {
    return ok(await mkdtemp(join(tmpdir(), temporaryPrefix)));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { ok: false, error: hostFault(error, join(tmpdir(), temporaryPrefix)) };
  }
}

async function runDebootstrap(
  words: string[],
  folder: string,
  suite: string,
  job: JobContext,
): Promise<Result<void>> {
  const child = spawn('debootstrap', words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that all it starts ends with it.
    detached: true,
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
  const started = await new Promise<boolean>((resolve) => {
    child.once('spawn', () => resolve(true));
    child.once('error', () => resolve(false));
  });
  if (!started || child.pid === undefined) return fail('debootstrap-missing');
  const ended = endOf(child);
  const identity = identify(child.pid);
  if (identity !== null) await job.leaves({ type: 'process', identity });

  let step: { phase: JobPhase; handle: StepHandle } | null = null;
  const last: string[] = [];
  const packages = new Map<JobPhase, Set<string>>();
  let errors: string[] = [];
  const take = (raw: string): void => {
    const line = readDebootstrapLine(raw);
    if (line.phase !== null && line.phase !== step?.phase && isLater(line.phase, step?.phase)) {
      step?.handle.end('done');
      step = { phase: line.phase, handle: job.step({ phase: line.phase }) };
    }
    if (step === null) job.log(line.text, line.level === 'error' ? 'err' : 'out');
    else step.handle.log(line.text, line.level === 'error' || line.level === 'warning' ? 'err' : 'out');
    if (line.level === 'error') errors = [...errors, line.text];
    if (line.package !== null && step !== null) {
      const seen = packages.get(step.phase) ?? new Set();
      packages.set(step.phase, seen.add(line.package));
      const total = step.phase === 'download' ? null : (packages.get('download')?.size ?? null);
      job.progress({
        done: seen.size,
        total: total === null ? null : Math.max(total, seen.size),
        unit: 'packages',
      });
    }
    last.push(line.text);
    if (last.length > lastLines) last.shift();
  };
  for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on('line', take);
  const { code } = await endedOrKilled(child, ended, job.signal);
  if (identity !== null) job.cleaned({ type: 'process', identity });
  if (job.signal.aborted) return gaveUp();
  const open = step as { handle: StepHandle } | null;
  if (code === 0) {
    open?.handle.end('done');
    return ok();
  }
  open?.handle.end('failed', code ?? undefined);
  const said = errors.join(' ');
  const reason = errors.at(-1) ?? last.at(-1) ?? '';
  // Most of its programs keep quiet about a full disk: it then says that it could not download.
  if (/no space left on device/i.test(said) || (await freeBytes(folder)) < tooLittle) {
    return fail('host-no-space', { path: folder }, last.join('\n'));
  }
  if (/signature|keyring|gpgv?|Release.*(?:signed|key)/i.test(said)) {
    return fail('debootstrap-unverified', { suite, reason }, last.join('\n'));
  }
  return fail('debootstrap-failed', { suite, reason, exitCode: code ?? -1 }, last.join('\n'));
}

const order: JobPhase[] = ['release', 'find-packages', 'download', 'extract', 'install', 'configure'];

/** Phases come in this order; a line that looks like an earlier one's is part of the one that goes on. */
function isLater(phase: JobPhase, than: JobPhase | undefined): boolean {
  return than === undefined || order.indexOf(phase) > order.indexOf(than);
}

async function packFolder(
  parts: MakerParts,
  request: DebootstrapRequest,
  folder: string,
  job: JobContext,
): Promise<Result<FaultParams>> {
  const step = job.step({ phase: 'pack' });
  const tar = spawn(
    'tar',
    [
      '--directory',
      folder,
      '--create',
      '--one-file-system',
      '--numeric-owner',
      ...leftOut.map((pattern) => `--exclude=${pattern}`),
      '.',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const ended = endOf(tar);
  let said = '';
  tar.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  // It ends for the engine only once tar says that it is whole: else there would be an image of a part.
  const content = new PassThrough();
  tar.stdout.pipe(content, { end: false });
  void ended.then(({ code }) => {
    if (code === 0) content.end();
    else content.destroy(new ArchiveBroken(said));
  });
  let sent = 0;
  const made = await sendArchive(
    parts,
    { name: request.name, changes: request.changes, file: folder, step },
    content,
    job,
    (bytes) => {
      sent += bytes;
      job.progress({ done: sent, total: null, unit: 'bytes' });
    },
  );
  if (!made.ok) kill(tar);
  // What nobody reads any more would hold up its end.
  tar.stdout.destroy();
  const { code } = await endedOrKilled(tar, ended, job.signal);
  if (said !== '') step.log(said.trimEnd(), 'err');
  if (made.ok || code === null || code === 0 || job.signal.aborted) return made;
  return fail('debootstrap-failed', { suite: request.suite, reason: said.trimEnd(), exitCode: code }, said);
}

function endOf(child: ChildProcess): Promise<{ code: number | null }> {
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code }));
    child.once('error', () => resolve({ code: null }));
  });
}

/** Waits for a child's end, and brings it about when the signal aborts: with all that it started. */
async function endedOrKilled(
  child: ChildProcess,
  ended: Promise<{ code: number | null }>,
  signal: AbortSignal,
): Promise<{ code: number | null }> {
  const stop = (): void => kill(child);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await ended;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // It ended in between.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
