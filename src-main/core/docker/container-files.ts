import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { ContainerMountView, FileKind } from '../../../src-shared/model/files.js';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import type {
  ContainerFilesEngine,
  ContainerPlace,
  PathStat,
} from '../container-files/container-files-engine.js';
import type { Connection } from './connection.js';
import { labels } from './engine.js';
import { readProblem } from './faults.js';
import { ownsContainer } from './ownership.js';
import { runInContainer } from './run-in-container.js';
import { containerListSchema, containerSchema } from './schemas.js';
import { toReadable } from './to-readable.js';

/** How long a transfer through the engine's archive may take, in ms: a day. */
const transferLimit = 24 * 3_600_000;

const placeSchema = containerSchema.extend({
  Mounts: z
    .array(
      z.object({
        Type: z.string(),
        Name: z.string().optional(),
        Source: z.string().optional(),
        Destination: z.string(),
        RW: z.boolean(),
      }),
    )
    .nullish(),
  HostConfig: z.object({
    ReadonlyRootfs: z.boolean().nullish(),
    /** `--tmpfs` of the command line is not among the mounts. */
    Tmpfs: z.record(z.string(), z.string()).nullish(),
  }),
});

/** The header of the archive's answers. Source: https://docs.docker.com/reference/api/engine/ (ContainerArchiveInfo). */
const statSchema = z.object({ size: z.number(), mode: z.number(), linkTarget: z.string() });

/** Go's file mode bits. Source: https://pkg.go.dev/io/fs#FileMode */
const kindBits: readonly (readonly [number, FileKind])[] = [
  [31, 'folder'],
  [27, 'link'],
  [26, 'device'],
  [25, 'pipe'],
  [24, 'socket'],
];

/** The files of containers over Docker's API. See `ContainerFilesEngine`. */
export function createContainerFilesEngine(options: {
  connection: Connection;
  clock: Clock;
  stationId: string;
}): ContainerFilesEngine {
  const { connection, stationId } = options;

  const describe = async (id: string): Promise<Result<ContainerPlace>> => {
    const found = await connection.call(async ({ docker }, abortSignal) => {
      const answer: unknown = await docker.getContainer(id).inspect({ abortSignal });
      const container = placeSchema.parse(answer);
      const owner = { labels: container.Config.Labels, imageId: container.Image };
      return (await ownsContainer(docker, stationId, owner)) ? toPlace(container) : null;
    });
    if (!found.ok) return found;
    return found.value === null ? fail('container-gone') : ok(found.value);
  };

  /** Does something with a container once it is known to be ours. */
  const withOurs = async <Value>(id: string, work: () => Promise<Result<Value>>): Promise<Result<Value>> => {
    const ours = await describe(id);
    return ours.ok ? work() : ours;
  };

  return {
    describe,
    async list() {
      const listed = await connection.call(async ({ docker }, abortSignal) => {
        const filters = JSON.stringify({ label: [`${labels.station}=${stationId}`] });
        const answer: unknown = await docker.listContainers({ all: true, filters, abortSignal });
        return containerListSchema.parse(answer);
      });
      if (!listed.ok) return listed;
      const places: ContainerPlace[] = [];
      for (const { Id } of listed.value) {
        const place = await describe(Id);
        if (place.ok) places.push(place.value);
        // One that went away in between is not there.
        else if (place.error.code !== 'container-gone') return place;
      }
      return ok(places);
    },
    stat: (id, path) =>
      withOurs(id, () =>
        connection.call(async ({ docker }, abortSignal) => {
          try {
            const answer = (await docker
              .getContainer(id)
              .infoArchive({ path, abortSignal })) as IncomingMessage;
            answer.resume();
            return toStat(answer.headers['x-docker-container-path-stat']);
          } catch (thrown) {
            // An answer to HEAD has no words: 404 is for the path, since the container has just been seen.
            const { status } = readProblem(thrown);
            if (status === 404 || status === 400 || status === 500) return null;
            throw thrown;
          }
        }),
      ),
    read: (id, path, signal) =>
      withOurs(id, async () => {
        const begun = await connection.call(
          async ({ docker }, abortSignal): Promise<Result<Readable>> => {
            try {
              return ok(toReadable(await docker.getContainer(id).getArchive({ path, abortSignal })));
            } catch (thrown) {
              return pathFault(thrown, path);
            }
          },
          { signal },
        );
        return begun.ok ? begun.value : begun;
      }),
    write: (id, folder, tar, signal) =>
      withOurs(id, async () => {
        const written = await connection.call(
          async ({ docker }, abortSignal): Promise<Result<void>> => {
            try {
              await docker.getContainer(id).putArchive(tar, { path: folder, abortSignal });
              return ok();
            } catch (thrown) {
              return pathFault(thrown, folder);
            }
          },
          { signal, deadlineMs: transferLimit },
        );
        return written.ok ? written.value : written;
      }),
    run: (id, run) => withOurs(id, () => runInContainer(options, id, run)),
  };
}

/** The fault for what the archive refused about a path; throws again what is about something else. */
function pathFault(thrown: unknown, path: string): Result<never> {
  const { status, message } = readProblem(thrown);
  if (status === null) throw thrown;
  if (/could not find the file/i.test(message)) return fail('file-missing', { path }, message);
  if (/read-only/i.test(message)) return fail('file-read-only', { path }, message);
  if (/not a directory/i.test(message)) return fail('file-no-folder', { path }, message);
  throw thrown;
}

function toStat(header: string | string[] | undefined): PathStat {
  const text = Buffer.from(typeof header === 'string' ? header : '', 'base64').toString('utf8');
  const { size, mode, linkTarget } = statSchema.parse(JSON.parse(text === '' ? '{}' : text));
  // The bits go up to the sign bit of what the language shifts by.
  const kind = kindBits.find(([bit]) => Math.floor(mode / 2 ** bit) % 2 === 1)?.[1] ?? 'file';
  return { kind, size, leadsTo: linkTarget === '' ? null : linkTarget };
}

function toPlace(answer: z.infer<typeof placeSchema>): ContainerPlace {
  const given = (answer.Mounts ?? []).map(({ Type, Name, Source, Destination, RW }): ContainerMountView => {
    const kind = Type === 'bind' || Type === 'volume' || Type === 'tmpfs' ? Type : 'system';
    const source = kind === 'volume' ? Name : Source;
    return { kind, path: Destination, source: source === '' ? null : (source ?? null), readOnly: !RW };
  });
  const known = new Set(given.map(({ path }) => path));
  const inMemory = Object.entries(answer.HostConfig.Tmpfs ?? {})
    .filter(([path]) => !known.has(path))
    .map(([path, flags]): ContainerMountView => {
      return { kind: 'tmpfs', path, source: null, readOnly: flags.split(',').includes('ro') };
    });
  return {
    id: answer.Id,
    name: answer.Name.replace(/^\//, ''),
    image: answer.Config.Image,
    imageId: answer.Image,
    labels: answer.Config.Labels,
    isRunning: answer.State.Status === 'running',
    startedAt: answer.State.StartedAt,
    readOnlyRoot: answer.HostConfig.ReadonlyRootfs === true,
    mounts: [...given, ...inMemory],
  };
}
