import type { ArchiveContent } from '../../../src-shared/model/image.js';
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute } from 'node:path';
import { fail, fault, ok, type Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import type { JobContext, Jobs, JobStart } from '../jobs/jobs.js';
import { isSystemError } from '../ports/system-error.js';
import type { LoadedRecipe } from '../recipes/match.js';
import type { ArchiveManifest } from './archive-format.js';
import type { BroughtImages } from './brought-images.js';
import type { ImageRoster } from './image-roster.js';
import type { ImageStore, StoredImage } from './image-store.js';
import { pullReference } from './pull-reference.js';
import { openArchive, type VerifiedArchive } from './read-archive.js';
import { listedName } from './reference.js';
import { writeArchive } from './write-archive.js';

type Started = Promise<Result<{ jobId: string }>>;

/** Carries images out of this station and into it. Each is a job that leaves nothing behind when it is cancelled. */
export interface ImageCarrier {
  save(options: { images: string[]; file: string; replace: boolean }): Started;
  /** Verifies an archive and compares it with what is here; touches nothing. */
  examine(file: string, signal: AbortSignal): Promise<Result<ArchiveContent>>;
  load(options: { file: string; moveNames: boolean }): Started;
  pull(options: { recipe: string; moveNames: boolean }): Started;
}

export function createImageCarrier(options: {
  store: ImageStore;
  roster: ImageRoster;
  brought: BroughtImages;
  jobs: Jobs;
  clock: Clock;
  findRecipe: (name: string) => LoadedRecipe | undefined;
  /** The station's name and its machine's, for the manifest. */
  madeBy: () => string;
}): ImageCarrier {
  const { store, roster, brought, jobs, clock, findRecipe, madeBy } = options;

  /** Hands back what can be told to a window: the end that the registry promises beside it cannot. */
  async function begin(job: JobStart): Started {
    const started = await jobs.start(job);
    return started.ok ? ok({ jobId: started.value.jobId }) : started;
  }

  /** Which of an archive's images are here, and which names would move. */
  async function compare(manifest: ArchiveManifest): Promise<Result<ArchiveContent['images']>> {
    const all = await store.all();
    if (!all.ok) return all;
    const owners = new Map(all.value.flatMap(({ id, names }) => names.map((name) => [name, id] as const)));
    return ok(
      manifest.images.map(({ id, names, size, createdAt }) => ({
        id,
        names,
        size,
        createdAt,
        isHere: all.value.some((image) => image.id === id),
        moves: names.flatMap((name) => {
          const from = owners.get(name);
          return from === undefined || from === id ? [] : [{ name, from }];
        }),
      })),
    );
  }

  async function saveNow(
    context: JobContext,
    chosen: { name: string; image: StoredImage }[],
    file: string,
    replace: boolean,
  ): Promise<Result<Record<string, string | number>>> {
    const step = context.step({ phase: 'save' });
    const archive = await store.save(
      chosen.map(({ name }) => name),
      context.signal,
    );
    if (!archive.ok) return archive;
    const total = chosen.reduce((sum, { image }) => sum + image.size, 0);
    const written = await writeArchive({
      file,
      replace,
      archive: archive.value,
      about: {
        madeAt: clock.now(),
        madeBy: madeBy(),
        images: about(chosen),
      },
      signal: context.signal,
      onProgress: (done) => context.progress({ done, total: Math.max(done, total), unit: 'bytes' }),
    });
    step.end(written.ok ? 'done' : 'failed');
    return written.ok ? ok({ file, bytes: written.value.bytes }) : written;
  }

  async function loadNow(
    context: JobContext,
    file: string,
    moveNames: boolean,
  ): Promise<Result<Record<string, string | number>>> {
    const verifying = context.step({ phase: 'verify' });
    const opened = await openArchive(file, {
      signal: context.signal,
      onProgress: (done, total) => context.progress({ done, total, unit: 'bytes' }),
    });
    verifying.end(opened.ok ? 'done' : 'failed');
    if (!opened.ok) return opened;
    try {
      return await loadVerified(context, opened.value, file, moveNames);
    } finally {
      await opened.value.close();
    }
  }

  async function loadVerified(
    context: JobContext,
    archive: VerifiedArchive,
    file: string,
    moveNames: boolean,
  ): Promise<Result<Record<string, string | number>>> {
    const { manifest } = archive;
    const compared = await compare(manifest);
    if (!compared.ok) return compared;
    const moves = compared.value.flatMap((image) => image.moves);
    if (moves.length > 0 && !moveNames) {
      return fail('image-name-would-move', { names: moves.map(({ name }) => name).join(', ') });
    }
    const isNew = compared.value.filter(({ isHere }) => !isHere).map(({ id }) => id);
    const step = context.step({ phase: 'load' });
    const stop = new AbortController();
    const give = (): void => stop.abort();
    context.signal.addEventListener('abort', give, { once: true });
    if (context.signal.aborted) give();
    const content = archive.content();
    // What breaks while it is read must not leave the engine waiting for the rest.
    content.once('error', give);
    const loaded = await store.load(content, stop.signal);
    context.signal.removeEventListener('abort', give);
    content.on('error', () => undefined);
    content.destroy();
    const settled = loaded.ok ? await isThere(manifest) : loaded;
    if (!settled.ok) {
      step.end('failed');
      await takeBack(isNew, moves);
      return settled;
    }
    await brought.add(isNew.map((id) => ({ id, from: 'archive', at: clock.now() })));
    for (const { name, from } of moves)
      context.log(`${name}: ${from.slice(7, 19)} → ${idOf(manifest, name)}`);
    step.end('done');
    return ok({ file, images: manifest.images.flatMap(({ names }) => names).join(', ') });
  }

  /** The engine says little of what it loaded: it is looked for. */
  async function isThere(manifest: ArchiveManifest): Promise<Result<void>> {
    for (const { id, names } of manifest.images) {
      for (const name of names.length === 0 ? [id] : names) {
        const found = await store.inspect(name);
        if (!found.ok) return found;
        if (found.value.id !== id) {
          return fail('image-changed', {
            image: name,
            expected: id.slice(0, 19),
            found: found.value.id.slice(0, 19),
          });
        }
      }
    }
    return ok();
  }

  /** Takes away what a load that did not end well had brought, and gives names back to whom they were taken from. */
  async function takeBack(isNew: string[], moves: { name: string; from: string }[]): Promise<void> {
    for (const { name, from } of moves) await store.tag(from, name);
    const all = await store.all();
    if (!all.ok) return;
    for (const image of all.value.filter(({ id }) => isNew.includes(id))) {
      for (const name of image.names) await store.remove(name);
      if (image.names.length === 0) await store.remove(image.id);
    }
  }

  async function pullNow(
    context: JobContext,
    reference: string,
    name: string,
    moveNames: boolean,
  ): Promise<Result<Record<string, string | number>>> {
    const before = await store.all();
    if (!before.ok) return before;
    const step = context.step({ phase: 'download' });
    const pulled = await store.pull(reference, context.signal, ({ done, total }) =>
      context.progress({ done, total, unit: 'bytes' }),
    );
    step.end(pulled.ok ? 'done' : 'failed');
    if (!pulled.ok) {
      if (context.signal.aborted) await store.remove(reference);
      return pulled.error.code === 'engine-error' || pulled.error.code === 'image-missing'
        ? fail('pull-failed', { image: reference, reason: pulled.error.detail ?? '' })
        : pulled;
    }
    const checking = context.step({ phase: 'verify' });
    const found = await store.inspect(reference);
    checking.end(found.ok ? 'done' : 'failed');
    if (!found.ok) return found;
    const { id } = found.value;
    const wasHere = before.value.some((image) => image.id === id);
    const wanted = listedName(name);
    const owner = before.value.find((image) => image.names.includes(wanted));
    if (!wanted.includes('@')) {
      if (owner !== undefined && owner.id !== id && !moveNames) {
        if (!wasHere) await store.remove(reference);
        return fail('image-name-would-move', { names: wanted });
      }
      const tagged = await store.tag(id, wanted);
      if (!tagged.ok) return tagged;
    }
    if (!wasHere) await brought.add([{ id, from: 'registry', at: clock.now() }]);
    return ok({ image: wanted, id });
  }

  return {
    async save({ images, file, replace }) {
      const chosen: { name: string; image: StoredImage }[] = [];
      for (const given of new Set(images)) {
        const found = await roster.find(given);
        if (!found.ok) return found;
        const { image } = found.value;
        const listed = listedName(given);
        // An id carries no name along: the image would arrive without one.
        if (image.names.includes(listed)) chosen.push({ name: listed, image });
        else if (image.names.length === 0) chosen.push({ name: image.id, image });
        else chosen.push(...image.names.map((name) => ({ name, image })));
      }
      const unusable = await whyNoTarget(file, replace);
      if (unusable !== null) return unusable;
      return begin({
        kind: 'save',
        params: { name: chosen.map(({ name }) => name).join(', '), file: basename(file) },
        run: (context) => saveNow(context, chosen, file, replace),
      });
    },

    async examine(file, signal) {
      const opened = await openArchive(file, { signal, onProgress: () => undefined });
      if (!opened.ok) return opened;
      const { manifest, bytes } = opened.value;
      await opened.value.close();
      const images = await compare(manifest);
      if (!images.ok) return images;
      return ok({ file, bytes, madeAt: manifest.madeAt, madeBy: manifest.madeBy, images: images.value });
    },

    async load({ file, moveNames }) {
      const absolute = isAbsolute(file)
        ? null
        : fault('saved-file-unreadable', { file, reason: 'not-absolute' });
      if (absolute !== null) return { ok: false, error: absolute };
      return begin({
        kind: 'load',
        params: { file: basename(file) },
        run: (context) => loadNow(context, file, moveNames),
      });
    },

    async pull({ recipe, moveNames }) {
      const loaded = findRecipe(recipe);
      if (loaded === undefined) return fail('recipe-unknown', { recipe });
      const reference = pullReference(loaded.recipe);
      const { name } = loaded.recipe.image;
      if (reference === null) return fail('pull-not-pinned', { recipe, image: name });
      return begin({
        kind: 'pull',
        params: { name: reference },
        run: (context) => pullNow(context, reference, name, moveNames),
      });
    },
  };
}

/** Each image once, with the names that are saved. */
function about(chosen: readonly { name: string; image: StoredImage }[]): ArchiveManifest['images'] {
  const images = new Map(chosen.map(({ image }) => [image.id, image]));
  return [...images.values()].map(({ id, digests, labels, size, createdAt }) => ({
    id,
    names: chosen.filter(({ name, image }) => image.id === id && name !== id).map(({ name }) => name),
    digests,
    labels,
    size,
    createdAt,
  }));
}

function idOf(manifest: ArchiveManifest, name: string): string {
  return manifest.images.find(({ names }) => names.includes(name))?.id.slice(7, 19) ?? '';
}

/** What can be said of the target before anything is written. */
async function whyNoTarget(file: string, replace: boolean): Promise<ReturnType<typeof fail> | null> {
  if (!isAbsolute(file)) return fail('archive-unwritable', { file, reason: 'not-absolute' });
  try {
    if (!(await stat(dirname(file))).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '?';
    return fail('archive-unwritable', { file, reason: code });
  }
  try {
    const there = await stat(file);
    if (!there.isFile()) return fail('archive-unwritable', { file, reason: 'not-a-file' });
    return replace ? null : fail('archive-exists', { file });
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return null;
    return fail('archive-unwritable', { file, reason: isSystemError(error) ? error.code : '?' });
  }
}
