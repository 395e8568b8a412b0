import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { fail, fault, ok, type Result } from '../../../src-shared/model/result.js';
import type { HistoryEntry, ImageStore, PullProgress, StoredImage } from '../images/image-store.js';
import type { Connection } from './connection.js';
import { asFault } from './session.js';
import { readProblem } from './faults.js';
import { toReadable } from './to-readable.js';

/** How long removing an image may take on a slow disk, in ms. */
const slowLimit = 300_000;
/** How long carrying an image in or out may take, in ms. */
const carryLimit = 24 * 60 * 60_000;
/** How many images are asked about at a time. */
const atOnce = 8;

const texts = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);
const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((record) => record ?? {});

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageList */
const listSchema = z.array(
  z.object({
    Id: z.string(),
    RepoTags: texts,
    RepoDigests: texts,
    Created: z.number(),
    Size: z.number(),
    Labels: labels,
  }),
);
const inspectSchema = z.object({
  Id: z.string(),
  Parent: z.string().nullish(),
  RepoTags: texts,
  RootFS: z.object({ Layers: texts }).nullish(),
  Metadata: z.object({ LastTagTime: z.string().nullish() }).nullish(),
});
const historySchema = z.array(
  z.object({ Created: z.number(), CreatedBy: z.string(), Comment: z.string(), Size: z.number() }),
);
const containersSchema = z.array(z.object({ ImageID: z.string() }));
/** What the engine tells while it loads or pulls, an object a line. */
const noteSchema = z.object({
  id: z.string().optional(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string().optional() }).optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).optional(),
});

/** The engine's images over its API. */
export function createDockerImages(connection: Connection): ImageStore {
  /** What of an image never changes. */
  const layersOf = new Map<string, string[]>();

  async function layers(id: string): Promise<string[] | null> {
    const known = layersOf.get(id);
    if (known !== undefined) return known;
    const answer = await connection.call(async ({ docker }) => {
      const raw: unknown = await docker.getImage(id).inspect();
      return inspectSchema.parse(raw).RootFS?.Layers ?? [];
    });
    // One that went away in between is not there.
    if (!answer.ok) return null;
    layersOf.set(id, answer.value);
    return answer.value;
  }

  return {
    async all() {
      const listed = await connection.call(async ({ docker }, abortSignal) => {
        const answer: unknown = await docker.listImages({ abortSignal });
        return listSchema.parse(answer);
      });
      if (!listed.ok) return listed;
      const there = new Set(listed.value.map(({ Id }) => Id));
      for (const id of layersOf.keys()) if (!there.has(id)) layersOf.delete(id);
      const images: StoredImage[] = [];
      for (let next = 0; next < listed.value.length; next += atOnce) {
        const some = listed.value.slice(next, next + atOnce).map(async (entry) => {
          const found = await layers(entry.Id);
          return found === null ? [] : [toStored(entry, found)];
        });
        images.push(...(await Promise.all(some)).flat());
      }
      return ok(images);
    },

    inspect: (image) =>
      connection.call(
        async ({ docker }) => {
          const raw: unknown = await docker.getImage(image).inspect();
          return { id: inspectSchema.parse(raw).Id, raw };
        },
        { image },
      ),

    history: (image) =>
      connection.call(
        async ({ docker }): Promise<HistoryEntry[]> => {
          const answer: unknown = await docker.getImage(image).history();
          return historySchema.parse(answer).map(({ Created, CreatedBy, Comment, Size }) => ({
            created: Created,
            by: CreatedBy,
            comment: Comment,
            size: Size,
          }));
        },
        { image },
      ),

    containers: () =>
      connection.call(async ({ docker }, abortSignal) => {
        const answer: unknown = await docker.listContainers({ all: true, abortSignal });
        const counts = new Map<string, number>();
        for (const { ImageID } of containersSchema.parse(answer)) {
          counts.set(ImageID, (counts.get(ImageID) ?? 0) + 1);
        }
        return counts;
      }),

    tag: (image, name) =>
      connection.call(
        async ({ docker }) => {
          // A port of a registry has a colon as well.
          const at = name.lastIndexOf(':') > name.lastIndexOf('/') ? name.lastIndexOf(':') : name.length;
          await docker.getImage(image).tag({ repo: name.slice(0, at), tag: name.slice(at + 1) || 'latest' });
        },
        { image },
      ),

    async remove(image) {
      const removed = await connection.call(
        async ({ docker }): Promise<Result<void>> => {
          try {
            // What this one was made from may be somebody's who has not named it yet: `madeFrom` decides.
            await docker.getImage(image).remove({ force: false, noprune: true });
            return ok();
          } catch (thrown) {
            const { status, message } = readProblem(thrown);
            if (status === 404) return ok();
            if (status === 409) return fail('image-in-use', { image, containers: 1 }, message);
            throw thrown;
          }
        },
        { deadlineMs: slowLimit, image },
      );
      return removed.ok ? removed.value : removed;
    },

    async madeFrom(image) {
      const parent = await connection.call(async ({ docker }): Promise<string | null> => {
        const raw: unknown = await docker.getImage(image).inspect();
        const { Parent } = inspectSchema.parse(raw);
        if (Parent === undefined || Parent === null || Parent === '') return null;
        const above: unknown = await docker.getImage(Parent).inspect();
        const { Id, RepoTags, Metadata } = inspectSchema.parse(above);
        const wasNamed = !/^0001-|^$/.test(Metadata?.LastTagTime ?? '');
        return RepoTags.length > 0 || wasNamed ? null : Id;
      });
      return !parent.ok && parent.error.code === 'image-missing' ? ok(null) : parent;
    },

    save: (images, signal) =>
      connection.call(
        async (session) => {
          // The library knows no way to get several images at once.
          const names = images.map((image) => `names=${encodeURIComponent(image)}`).join('&');
          const stream = await new Promise<unknown>((resolve, reject) => {
            session.docker.modem.dial(
              {
                // The last character is what the library puts there itself when it has options.
                path: `/images/get?${names}&`,
                method: 'GET',
                isStream: true,
                statusCodes: { 200: true, 404: 'no such image', 500: 'server error' },
                abortSignal: signal,
              },
              (error: unknown, answer: unknown) =>
                error === null || error === undefined ? resolve(answer) : reject(asError(error)),
            );
          });
          return toReadable(stream as NodeJS.ReadableStream);
        },
        { signal, deadlineMs: slowLimit },
      ),

    load: (archive, signal) =>
      carry(connection, signal, undefined, async ({ docker }, abortSignal) =>
        toReadable(await docker.loadImage(archive, { quiet: true, abortSignal } as { quiet?: boolean })),
      ),

    pull(reference, signal, onProgress) {
      const parts = new Map<string, { current: number; total: number }>();
      return carry(
        connection,
        signal,
        ({ id, progressDetail }) => {
          if (id === undefined || progressDetail?.total === undefined) return;
          parts.set(id, { current: progressDetail.current ?? 0, total: progressDetail.total });
          onProgress(sum([...parts.values()]));
        },
        async ({ docker }, abortSignal) => {
          const [repo, digest] = reference.split('@');
          return toReadable(
            await docker.createImage({ fromImage: `${repo ?? ''}@${digest ?? ''}`, abortSignal }),
          );
        },
        reference,
      );
    },
  };
}

/** Reads what the engine tells to its end; what it calls an error there is one, whatever its status said. */
async function carry(
  connection: Connection,
  signal: AbortSignal,
  onNote: ((note: z.infer<typeof noteSchema>) => void) | undefined,
  begin: (
    session: Parameters<Parameters<Connection['call']>[0]>[0],
    abortSignal: AbortSignal,
  ) => Promise<Readable>,
  image?: string,
): Promise<Result<void>> {
  const done = await connection.call(
    async (session, abortSignal): Promise<Result<void>> => {
      const stream = await begin(session, abortSignal);
      const stop = (): void => void stream.destroy();
      abortSignal.addEventListener('abort', stop);
      const problems: string[] = [];
      let rest = '';
      try {
        await pipeline(stream, async (chunks: AsyncIterable<Buffer>) => {
          for await (const chunk of chunks) {
            const lines = (rest + chunk.toString('utf8')).split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines) {
              const note = noteOf(line);
              if (note === null) continue;
              if (note.error !== undefined) problems.push(note.errorDetail?.message ?? note.error);
              else onNote?.(note);
            }
          }
        });
      } finally {
        abortSignal.removeEventListener('abort', stop);
      }
      const [problem] = problems;
      if (problem === undefined) return ok();
      const context = { endpoint: session.endpoint.uri, hasAnswered: true };
      return {
        ok: false,
        error: asFault({ statusCode: 500, message: problem }, context),
      };
    },
    { signal, deadlineMs: carryLimit, ...(image === undefined ? {} : { image }) },
  );
  if (signal.aborted) return { ok: false, error: fault('station-stopping') };
  return done.ok ? done.value : done;
}

function noteOf(line: string): z.infer<typeof noteSchema> | null {
  if (line.trim() === '') return null;
  try {
    return noteSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

function sum(parts: { current: number; total: number }[]): PullProgress {
  return parts.reduce(({ done, total }, part) => ({ done: done + part.current, total: total + part.total }), {
    done: 0,
    total: 0,
  });
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function toStored(entry: z.infer<typeof listSchema>[number], layers: string[]): StoredImage {
  return {
    id: entry.Id,
    names: entry.RepoTags.filter((name) => name !== '<none>:<none>'),
    digests: entry.RepoDigests.filter((digest) => !digest.startsWith('<none>')),
    size: entry.Size,
    createdAt: entry.Created * 1000,
    labels: entry.Labels,
    layers,
  };
}
