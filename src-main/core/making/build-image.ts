import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  fail,
  fault,
  ok,
  type Fault,
  type FaultParams,
  type Result,
} from '../../../src-shared/model/result.js';
import { labels } from '../docker/engine.js';
import type { JobContext, StepHandle } from '../jobs/jobs.js';
import {
  ContextChanged,
  hashInputs,
  packContext,
  readBuildContext,
  type BuildContext,
} from './build-context.js';
import type { BuildEvent } from './build-events.js';
import { isSystemError } from '../ports/system-error.js';
import { createBuildReader } from './build-reader.js';
import { basesOf, isPinned } from './dockerfile-bases.js';
import type { ImageMaker } from './image-maker.js';
import { inputsLabel, type InputsStore } from './inputs.js';
import { gaveUp, mayTakeName, noteMade, type MakerParts } from './image-name.js';

/** How many last lines of a step that failed go into the fault's detail. */
const lastLines = 20;

export interface BuildRequest {
  /** With its tag. */
  name: string;
  /** Absolute. */
  context: string;
  /** Absolute, or relative to the context. */
  dockerfile: string;
  buildArgs: Record<string, string>;
  labels: Record<string, string>;
  /** The recipe that it is built for. */
  recipe: string | null;
  noCache: boolean;
  replace: boolean;
}

/**
 * Builds an image, as a job. Leaves nothing behind when it is cancelled: no container of a step, no layer that was
 * not there before, no image. Layers of the steps before one that failed stay, as the engine's cache for the next try.
 */
export async function buildImage(
  parts: MakerParts & { inputsStore: InputsStore },
  request: BuildRequest,
  job: JobContext,
): Promise<Result<FaultParams>> {
  const { maker, stationId, inputsStore } = parts;
  const { signal } = job;
  const { name } = request;
  const free = await mayTakeName(parts, name, request.replace);
  if (!free.ok) return free;
  const reading = job.step({ phase: 'context' });
  reading.log(request.context, 'station');
  const context = await readBuildContext(request.context, request.dockerfile, signal);
  if (!context.ok) return context;
  const { size, entries, leftOut } = context.value;
  for (const path of leftOut) reading.log(`– ${path}`, 'station');
  const bases = await missingBase(maker, context.value, request);
  if (!bases.ok) return bases;
  const hashed = await hashInputs(context.value, request.buildArgs, { signal });
  if (!hashed.ok) return hashed;
  const { inputs, files, manifest } = hashed.value;
  if (signal.aborted) return gaveUp();

  const before = await maker.ids();
  if (!before.ok) return before;
  let sent = 0;
  const source = packContext(context.value, files, (bytes) => {
    sent += bytes;
    job.progress({ done: sent, total: size, unit: 'bytes' });
  });
  const changed: string[] = [];
  source.on('error', (error) => {
    if (error instanceof ContextChanged) changed.push(error.path);
    else reading.log(error.message, 'err');
  });
  const isNew = (id: string): boolean => !before.value.some((other) => isSameId(other, id));
  const followed = followBuild(job, reading, `${entries.length} · ${size} B`, isNew);
  const reader = createBuildReader();
  const built = await maker.build(source, {
    name,
    dockerfile: context.value.dockerfile,
    buildArgs: request.buildArgs,
    labels: {
      ...request.labels,
      [labels.madeBy]: stationId,
      ...(request.recipe === null ? {} : { [labels.recipe]: request.recipe }),
      [inputsLabel]: inputs,
    },
    noCache: request.noCache,
    signal,
    onMessage: (message) => reader.read(message).forEach(followed.take),
  });
  reader.end().forEach(followed.take);
  // One that was built before it could be cancelled is there, whole.
  if (!built.ok && isAborted(signal)) {
    await removeLayers(maker, job, followed.containers(), followed.layers());
    return gaveUp();
  }
  await noteLayers(parts, followed.layers(), name, job);
  const [path] = changed;
  if (path !== undefined) return fail('build-context-changed', { path });
  const failure = followed.failure();
  if (failure !== null) return { ok: false, error: failure };
  if (!built.ok) {
    // A Dockerfile that cannot be read is an answer of its own kind, before any message.
    const refused = built.error.code === 'engine-error' ? built.error.detail : undefined;
    return refused === undefined ? built : { ok: false, error: faultOf(refused, null, null) };
  }
  const made = await maker.inspect(name);
  if (!made.ok) return made;
  await noteMade(parts, made.value);
  await inputsStore.save(inputs, manifest);
  return ok({ image: made.value.id, name, size: made.value.size, inputs });
}

interface FollowedStep {
  handle: StepHandle;
  text: string;
  /** Its last lines. */
  last: string[];
}

/** Brings the events of a build into the job's steps. Layers are those alone that were not there before. */
function followBuild(
  job: JobContext,
  reading: StepHandle,
  contextText: string,
  isNew: (id: string) => boolean,
) {
  const steps = new Map<string, FollowedStep>();
  const layers: string[] = [];
  const containers = new Set<string>();
  const end: { failed: Extract<BuildEvent, { type: 'failed' }> | null; step: FollowedStep | null } = {
    failed: null,
    step: null,
  };
  let begun = false;

  function onLayer(id: string): void {
    layers.push(id);
    // Should the station die now, the next one takes it away.
    void job.leaves({ type: 'layer', id });
  }

  function take(event: BuildEvent): void {
    switch (event.type) {
      case 'step': {
        if (!begun) {
          begun = true;
          reading.log(contextText, 'station');
          reading.end('done');
        }
        const handle = job.step({
          text: event.text,
          ...(event.place === null ? {} : { place: event.place }),
        });
        steps.set(event.key, { handle, text: event.text, last: [] });
        if (event.place !== null) {
          job.progress({ done: event.place.at - 1, total: event.place.of, unit: 'steps' });
        }
        break;
      }
      case 'output': {
        const step = event.key === null ? undefined : steps.get(event.key);
        if (step === undefined) job.log(event.text, event.source);
        else {
          step.handle.log(event.text, event.source);
          step.last.push(event.text);
          if (step.last.length > lastLines) step.last.shift();
        }
        break;
      }
      case 'end': {
        const step = steps.get(event.key);
        step?.handle.end(event.state, event.exitCode);
        if (event.state === 'failed' && step !== undefined) end.step = step;
        break;
      }
      case 'layer':
        // The first of a stage is what it is built on: somebody's, and there before.
        if (event.fresh && isNew(event.id)) onLayer(event.id);
        break;
      case 'failed':
        end.failed = event;
        break;
      case 'container':
        if (event.gone) containers.delete(event.id);
        else containers.add(event.id);
        break;
      case 'image':
        break;
    }
  }

  function failure(): Fault | null {
    const { failed, step } = end;
    return failed === null ? null : faultOf(failed.reason, failed.exitCode, step);
  }

  return { take, failure, layers: () => [...layers], containers: () => [...containers] };
}

/** The fault for what the engine said of a build; its own words are kept as the detail. */
function faultOf(reason: string, exitCode: number | null, step: FollowedStep | null): Fault {
  const text = step?.text ?? '';
  if (exitCode !== null) {
    // A full disk says more than what programs go on to say after it.
    const last =
      step?.last.findLast((line) => /no space left on device/i.test(line)) ??
      step?.last.findLast((line) => line.trim() !== '') ??
      '';
    return fault('build-step-failed', { step: text, exitCode, last }, reason);
  }
  const line = /(?:dockerfile parse error (?:on )?line|Dockerfile:) ?(\d+)/i.exec(reason)?.[1];
  if (line !== undefined || /unknown instruction|parse error/i.test(reason)) {
    return fault('build-dockerfile-wrong', { line: Number(line ?? 0), reason }, reason);
  }
  if (/pull access denied|manifest for .* not found/i.test(reason)) {
    return fault('build-base-missing', { image: text.replace(/^FROM /, '') }, reason);
  }
  if (/no space left on device/i.test(reason)) return fault('container-no-space', undefined, reason);
  return fault('build-failed', { reason }, reason);
}
/** The engine would pull what it has not: nothing is pulled unless the registry and the digest are named. */
async function missingBase(
  maker: ImageMaker,
  context: BuildContext,
  request: BuildRequest,
): Promise<Result<void>> {
  const path = resolve(context.folder, request.dockerfile);
  const dockerfile = await readText(path);
  if (!dockerfile.ok) return dockerfile;
  for (const image of basesOf(dockerfile.value, request.buildArgs)) {
    if (isPinned(image)) continue;
    const present = await maker.inspect(image);
    if (present.ok) continue;
    // Also a name that cannot be asked for: the engine would not find it either.
    const absent = present.error.code === 'image-missing' || present.error.code === 'engine-error';
    return absent ? fail('build-base-missing', { image }) : present;
  }
  return ok();
}

async function readText(path: string): Promise<Result<string>> {
  try {
    return ok(await readFile(path, 'utf8'));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail('build-context-unreadable', { path, reason: error.code }, error.message);
  }
}

/**
 * Notes the layers that a build leaves in the engine: of one that failed, and of stages that are in no image. They
 * carry no label, and whoever cleans up has to know whose they are. The image itself is known by its label.
 */
async function noteLayers(
  { maker, made }: MakerParts,
  ids: string[],
  name: string,
  job: JobContext,
): Promise<void> {
  const all = ids.length === 0 ? ok([]) : await maker.ids();
  const image = await maker.inspect(name);
  const layers = (all.ok ? all.value : [])
    .filter((whole) => ids.some((id) => isSameId(whole, id)))
    .filter((whole) => !image.ok || image.value.id !== whole);
  if (layers.length > 0) await made.noteBuild({ job: job.id, name, layers });
  for (const id of ids) job.cleaned({ type: 'layer', id });
}

/** Newest first: one that another is built on cannot go, nor one whose container is still there. */
async function removeLayers(
  maker: ImageMaker,
  job: JobContext,
  containers: string[],
  ids: string[],
): Promise<void> {
  const step = job.step({ phase: 'clean' });
  for (const id of containers) {
    const gone = await maker.stepContainerGone(id);
    if (!gone.ok) step.log(gone.error.detail ?? gone.error.code, 'err');
  }
  for (const id of [...ids].reverse()) {
    const removed = await maker.removeUnnamed(id);
    if (removed.ok) job.cleaned({ type: 'layer', id });
    else step.log(removed.error.detail ?? removed.error.code, 'err');
  }
  step.end('done');
}

/** Read anew: it changes while something is awaited. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** The builder tells ids by their first twelve digits. */
function isSameId(whole: string, start: string): boolean {
  return whole.replace('sha256:', '').startsWith(start.replace('sha256:', ''));
}
