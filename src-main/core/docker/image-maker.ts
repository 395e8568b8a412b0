import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { EngineMessage, ImageMaker } from '../making/image-maker.js';
import { imageHistorySchema } from './cleanup-schemas.js';
import type { Connection } from './connection.js';
import { readProblem } from './faults.js';
import type { Session } from './session.js';
import { toReadable } from './to-readable.js';

/** How long a build or an import may take until the engine begins to answer: it reads all that is sent first. In ms. */
const sendLimit = 24 * 3_600_000;
/** How long the engine may take to take something away, in ms. */
const removeLimit = 120_000;
/** How long the container of a step that was cancelled may take to be gone, in ms: the engine kills it at once. */
const goneLimit = 20_000;
/** The longest message of the engine that is looked at, in characters. */
const longestMessage = 4 * 1024 ** 2;

const inspectedSchema = z.object({
  Id: z.string(),
  Size: z.number(),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});
const listedSchema = z.array(z.object({ Id: z.string() }));
const namesSchema = z.object({ RepoTags: z.array(z.string()).nullish() });

/** Making images over Docker's API: POST /build, POST /images/create. */
export function createImageMaker(connection: Connection): ImageMaker {
  /** Sends a stream and reads the engine's messages to their end. A source that breaks ends the request with it. */
  async function converse(
    source: Readable,
    signal: AbortSignal,
    onMessage: (message: EngineMessage) => void,
    send: (session: Session, abortSignal: AbortSignal) => Promise<NodeJS.ReadableStream>,
    image: string,
  ): Promise<Result<void>> {
    const broken = new AbortController();
    const give = (): void => broken.abort();
    source.once('error', give);
    signal.addEventListener('abort', give, { once: true });
    if (signal.aborted) give();
    try {
      const begun = await connection.call(
        async (session, abortSignal) => ({
          stream: toReadable(await send(session, abortSignal)),
          ended: session.ended,
        }),
        { deadlineMs: sendLimit, signal: broken.signal, image },
      );
      if (!begun.ok) return begun;
      const { stream, ended } = begun.value;
      const whole = await readMessages(stream, [broken.signal, ended], onMessage);
      return whole ? ok() : fail('engine-lost');
    } finally {
      signal.removeEventListener('abort', give);
      // What is left of it is sent nowhere; its own error has been told by then, or nobody needs it.
      source.on('error', () => undefined);
      source.destroy();
    }
  }

  /** An action where some answers of the engine mean that there is nothing to do. */
  async function unless(
    done: (status: number | null) => boolean,
    work: (session: Session, abortSignal: AbortSignal) => Promise<unknown>,
    deadlineMs = removeLimit,
  ): Promise<Result<void>> {
    return connection.call(
      async (session, abortSignal) => {
        try {
          await work(session, abortSignal);
        } catch (thrown) {
          if (!done(readProblem(thrown).status)) throw thrown;
        }
      },
      { deadlineMs },
    );
  }

  return {
    build: (context, { name, dockerfile, buildArgs, labels, noCache, signal, onMessage }) =>
      converse(
        context,
        signal,
        onMessage,
        ({ docker }, abortSignal) =>
          docker.buildImage(context, {
            t: name,
            dockerfile,
            // The library turns both into JSON itself.
            buildargs: buildArgs,
            labels,
            nocache: noCache,
            rm: true,
            forcerm: true,
            abortSignal,
          }),
        name,
      ),
    import: (archive, { name, changes, signal, onMessage }) =>
      converse(
        archive,
        signal,
        onMessage,
        async ({ docker }, abortSignal) => {
          const { repository, tag } = splitName(name);
          return docker.importImage(archive, { repo: repository, tag, changes, abortSignal });
        },
        name,
      ),
    inspect: (name) =>
      connection.call(
        async ({ docker }) => {
          const answer: unknown = await docker.getImage(name).inspect();
          const { Id, Size, Config } = inspectedSchema.parse(answer);
          return { id: Id, size: Size, labels: Config?.Labels ?? {} };
        },
        { image: name },
      ),
    history: (id) =>
      connection.call(
        async ({ docker }) => {
          const answer: unknown = await docker.getImage(id).history();
          return imageHistorySchema
            .parse(answer)
            .map(({ CreatedBy, Comment }) => ({ by: CreatedBy ?? '', comment: Comment ?? '' }));
        },
        { image: id },
      ),
    ids: () =>
      connection.call(async ({ docker }, abortSignal) => {
        const answer: unknown = await docker.listImages({ all: true, abortSignal });
        return listedSchema.parse(answer).map(({ Id }) => Id);
      }),
    removeUnnamed: (id) =>
      unless(
        (status) => status === 404,
        async ({ docker }, abortSignal) => {
          const image = docker.getImage(id);
          const { RepoTags } = namesSchema.parse(await image.inspect());
          // The engine takes the only name of an image away with it, unasked: whoever gave it one wants it.
          if ((RepoTags ?? []).length > 0) return;
          await image.remove({ force: false, noprune: true, abortSignal });
        },
      ),
    stepContainerGone: (id) =>
      unless(
        (status) => status === 404,
        ({ docker }, abortSignal) => docker.getContainer(id).wait({ condition: 'removed', abortSignal }),
        goneLimit,
      ),
  };
}

/** `registry:5000/name:tag` in its parts; a name without a tag is `latest`. */
export function splitName(name: string): { repository: string; tag: string } {
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/')
    ? { repository: name.slice(0, colon), tag: name.slice(colon + 1) }
    : { repository: name, tag: 'latest' };
}

/** Reads JSON objects, one a line; resolves to whether the stream came to its own end. */
function readMessages(
  stream: Readable,
  signals: AbortSignal[],
  onMessage: (message: EngineMessage) => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    const take = (line: string): void => {
      const message = parsed(line);
      if (message !== undefined) onMessage(message);
    };
    const finish = (whole: boolean): void => {
      for (const signal of signals) signal.removeEventListener('abort', stop);
      stream.destroy();
      resolve(whole);
    };
    const stop = (): void => finish(false);
    stream.on('data', (chunk: Buffer) => {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = (lines.pop() ?? '').slice(0, longestMessage);
      lines.forEach(take);
    });
    stream.on('end', () => {
      take(rest + decoder.end());
      finish(true);
    });
    stream.on('error', stop).on('close', stop);
    for (const signal of signals) signal.addEventListener('abort', stop);
    if (signals.some((signal) => signal.aborted)) stop();
  });
}

function parsed(line: string): unknown {
  if (line.trim() === '') return undefined;
  try {
    return JSON.parse(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Not the engine's format: shown as it is, as output.
    return { stream: `${line}\n` };
  }
}
