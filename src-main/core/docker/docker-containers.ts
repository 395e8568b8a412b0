import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { ContainerSource, ImageDefaults, RawContainer } from '../containers/container-source.js';
import type { UsageCounters } from '../containers/usage.js';
import type { Connection } from './connection.js';
import { imageDefaultsSchema, ownerSchema } from './details-schema.js';
import { readProblem } from './faults.js';
import { ownsContainer } from './ownership.js';
import type { Session } from './session.js';
import { toReadable } from './to-readable.js';
import { statsSchema, toUsageCounters } from './usage-schema.js';

/** The longest sample there may be, in characters; what is longer is none. */
const longestSample = 1024 * 1024;

/** Looks at containers over Docker's API. Each is asked whose it is before anything else is asked of it. */
export function createDockerContainers(connection: Connection, stationId: string): ContainerSource {
  const readOurs = async (
    { docker }: Session,
    id: string,
    abortSignal: AbortSignal,
  ): Promise<{ answer: RawContainer['answer']; image: string; imageName: string } | null> => {
    const answer = z.json().parse(await docker.getContainer(id).inspect({ abortSignal }));
    const { Id, Image, Config } = ownerSchema.parse(answer);
    // A name would be found as well; only an id was asked for.
    if (!Id.startsWith(id)) return null;
    if (!(await ownsContainer(docker, stationId, { labels: Config.Labels, imageId: Image }))) return null;
    return { answer, image: Image, imageName: Config.Image };
  };

  return {
    async read(id) {
      const found = await connection.call(async (session, signal) => {
        const ours = await readOurs(session, id, signal);
        if (ours === null) return null;
        const image = await readImage(session, ours.image);
        const named = await readImage(session, ours.imageName);
        return {
          answer: ours.answer,
          image: image?.defaults ?? null,
          imageNameHolds: named?.id === ours.image,
        };
      });
      if (!found.ok) return found;
      return found.value === null ? fail('container-gone') : ok(found.value);
    },

    async followUsage(id, { signal, onCounters }) {
      const begun = await connection.call(
        async (session, abortSignal) => {
          if ((await readOurs(session, id, abortSignal)) === null) return null;
          // The library takes the signal; its type does not know.
          const options: { stream: true } & { abortSignal: AbortSignal } = { stream: true, abortSignal };
          const stream = await session.docker.getContainer(id).stats(options);
          return { stream: toReadable(stream), ended: session.ended };
        },
        { signal },
      );
      if (signal.aborted) {
        if (begun.ok) begun.value?.stream.destroy();
        return ok();
      }
      if (!begun.ok) return begun;
      if (begun.value === null) return fail('container-gone');
      return readSamples(begun.value.stream, [signal, begun.value.ended], onCounters, signal);
    },
  };
}

/** Null when there is no such image any more. */
async function readImage(
  { docker }: Session,
  name: string,
): Promise<{ id: string; defaults: ImageDefaults } | null> {
  try {
    const { Id, Config } = imageDefaultsSchema.parse(await docker.getImage(name).inspect());
    return {
      id: Id,
      defaults: {
        env: Config?.Env ?? [],
        command: Config?.Cmd ?? [],
        entrypoint: Config?.Entrypoint ?? [],
        workingDir: Config?.WorkingDir ?? '',
        user: Config?.User ?? '',
        labels: Config?.Labels ?? {},
        exposed: Config?.ExposedPorts ?? [],
      },
    };
  } catch (thrown) {
    if (readProblem(thrown).status === 404) return null;
    throw thrown;
  }
}

/** One JSON object a line, about once a second. */
function readSamples(
  stream: Readable,
  ends: AbortSignal[],
  onCounters: (counters: UsageCounters) => void,
  wanted: AbortSignal,
): Promise<Result<void>> {
  return new Promise((resolve) => {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    const finish = (result: Result<void>): void => {
      for (const signal of ends) signal.removeEventListener('abort', stop);
      stream.destroy();
      resolve(result);
    };
    const stop = (): void => finish(wanted.aborted ? ok() : fail('engine-lost'));
    stream.on('data', (chunk: Buffer) => {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > longestSample) rest = '';
      for (const line of lines) {
        const counters = parseSample(line);
        if (counters === undefined) continue;
        // The engine goes on sending samples of nothing when the container has ended.
        if (counters === null) return finish(ok());
        if (!wanted.aborted) onCounters(counters);
      }
    });
    stream.on('end', () => finish(ok()));
    stream.on('error', stop);
    stream.on('close', stop);
    for (const signal of ends) signal.addEventListener('abort', stop);
    if (ends.some((signal) => signal.aborted)) stop();
  });
}

/** Undefined for what is no sample: the next one is a second away. */
function parseSample(line: string): UsageCounters | null | undefined {
  if (line.trim() === '') return undefined;
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return undefined;
  }
  const sample = statsSchema.safeParse(json);
  return sample.success ? toUsageCounters(sample.data) : undefined;
}
