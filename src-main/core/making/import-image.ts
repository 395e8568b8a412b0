import { Transform, type Readable } from 'node:stream';
import { fail, ok, type Fault, type FaultParams, type Result } from '../../../src-shared/model/result.js';
import { labels } from '../docker/engine.js';
import type { JobContext, StepHandle } from '../jobs/jobs.js';
import { isSystemError } from '../ports/system-error.js';
import { buildMessageSchema, failureOf } from './build-events.js';
import { gaveUp, mayTakeName, noteMade, type MakerParts } from './image-name.js';
import { ArchiveBroken, openArchive } from './open-archive.js';
import { createTarCheck, type TarProblem } from './tar-check.js';

/** Instructions that `docker import --change` takes: https://docs.docker.com/reference/cli/docker/image/import/ */
const changeWords = [
  'CMD',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'LABEL',
  'ONBUILD',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
];

export interface ImportRequest {
  /** Absolute. */
  file: string;
  /** With its tag. */
  name: string;
  changes: string[];
  replace: boolean;
}

/** Fails with `image-change-invalid` on what is none of the instructions that an import can apply. */
export function checkChanges(changes: string[]): Result<void> {
  const wrong = changes.find(
    (change) => !changeWords.includes(/^\s*(\w+)\s+\S/.exec(change)?.[1]?.toUpperCase() ?? ''),
  );
  return wrong === undefined
    ? ok()
    : fail('image-change-invalid', { change: wrong, words: changeWords.join(', ') });
}

/** Makes an image of a root file system's archive, as a job. Nothing of it is left when it fails or is cancelled. */
export async function importImage(
  parts: MakerParts,
  request: ImportRequest,
  job: JobContext,
): Promise<Result<FaultParams>> {
  const { signal } = job;
  const free = await mayTakeName(parts, request.name, request.replace);
  if (!free.ok) return free;
  const opened = await openArchive(request.file);
  if (!opened.ok) return opened;
  const archive = opened.value;
  const step = job.step({ phase: 'send' });
  step.log(`${request.file} · ${archive.size} B · ${archive.compression}`, 'station');
  try {
    return await sendArchive(parts, { ...request, step }, archive.content, job, () =>
      job.progress({ done: Math.min(archive.bytesRead(), archive.size), total: archive.size, unit: 'bytes' }),
    );
  } finally {
    await archive.close();
    if (signal.aborted) step.end('cancelled');
  }
}

/** Sends an uncompressed archive to the engine, looking at it on the way. */
export async function sendArchive(
  parts: MakerParts,
  request: { name: string; changes: string[]; file: string; step: StepHandle },
  content: Readable,
  job: JobContext,
  onBytes: (bytes: number) => void,
): Promise<Result<FaultParams>> {
  const { maker, stationId } = parts;
  const { name, changes, step, file } = request;
  const check = createTarCheck();
  const seen: { problem: TarProblem | null; broken: Error | null; failure: string | null } = {
    problem: null,
    broken: null,
    failure: null,
  };
  const refuse = (found: TarProblem | null): Error | null => {
    if (found === null) return null;
    seen.problem = found;
    return new ArchiveBroken(found.kind);
  };
  const looked = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onBytes(chunk.length);
      const error = refuse(check.read(chunk));
      if (error === null) done(null, chunk);
      else done(error);
    },
    flush: (done) => done(refuse(check.end())),
  });
  content.on('error', (error) => looked.destroy(error));
  looked.on('error', (error) => (seen.broken = error));
  content.pipe(looked);
  const sent = await maker.import(looked, {
    name,
    changes: [...changes, `LABEL ${labels.madeBy}=${stationId}`],
    signal: job.signal,
    onMessage(message) {
      const parsed = buildMessageSchema.safeParse(message).data;
      if (parsed === undefined) return;
      seen.failure = failureOf(parsed)?.reason ?? seen.failure;
      if (parsed.status !== undefined) step.log(parsed.status);
    },
  });
  content.destroy();
  // What was made before it could be cancelled is there, whole.
  if (job.signal.aborted && !sent.ok) return gaveUp();
  const said = problemFault(seen.problem, seen.broken, file);
  if (said !== null) return { ok: false, error: said };
  if (seen.failure !== null) return { ok: false, error: engineFault(seen.failure, file) };
  if (!sent.ok) return sent;
  const made = await maker.inspect(name);
  if (!made.ok) return made;
  await noteMade(parts, made.value);
  step.end('done');
  return ok({ image: made.value.id, name, size: made.value.size });
}

function problemFault(problem: TarProblem | null, broken: Error | null, file: string): Fault | null {
  switch (problem?.kind) {
    case 'not-a-tar':
      return fail('archive-not-a-tar', { path: file }).error;
    case 'damaged':
      return fail('archive-damaged', { path: file, at: problem.at }).error;
    case 'truncated':
      return fail('archive-truncated', { path: file }).error;
    case 'unsafe':
      return fail('archive-unsafe', { path: file, name: problem.name }).error;
    case undefined:
      break;
  }
  if (broken === null) return null;
  if (broken instanceof ArchiveBroken) {
    const cut = /unexpected end|truncat|EOF|ends unexpectedly|premature/i.test(broken.message);
    return cut
      ? fail('archive-truncated', { path: file }, broken.message).error
      : fail('archive-damaged', { path: file, at: 0 }, broken.message).error;
  }
  if (isSystemError(broken))
    return fail('archive-unreadable', { path: file, reason: broken.code }, broken.message).error;
  // The request took its source down with it: what the engine or the connection said is the reason.
  return null;
}

function engineFault(reason: string, file: string): Fault {
  if (/no space left on device/i.test(reason)) return fail('container-no-space', undefined, reason).error;
  if (/unexpected EOF/i.test(reason)) return fail('archive-truncated', { path: file }, reason).error;
  return fail('engine-error', { reason: reason.slice(0, 300) }, reason).error;
}
