import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import type { z } from 'zod';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import { createConnection, type Connection } from './connection.js';
import { toContainerInfo } from './container-info.js';
import { toCreateOptions } from './container-options.js';
import type { EndpointSearch } from './endpoint.js';
import { labels, type ContainerInfo, type Engine, type ImageInfo } from './engine.js';
import { exec } from './exec.js';
import { readPastEvents } from './past-events.js';
import { readContainerFile } from './read-file.js';
import { readProblem } from './faults.js';
import { followLogs } from './follow-logs.js';
import { createImageEvents } from './image-events.js';
import { createNetworks } from './networks.js';
import { isOwnContainer, ownsContainer } from './ownership.js';
import { containerListSchema, containerSchema, createdSchema, imageSchema } from './schemas.js';

/** How long making, starting or removing a container may take on a slow disk, in ms. */
const slowLimit = 120_000;
/** How much longer than its grace a stop may take, in ms. */
const stopMargin = 30_000;
/** How many containers of a list are asked about at a time. */
const atOnce = 8;
/** What can be an image's name, tag, digest or id; anything else cannot be asked for. */
const imageName = /^[A-Za-z0-9][\w.\-/:@]*$/;

export interface DockerEngineOptions {
  /** Where to look for the engine; the user's home folder when `home` is left out. */
  search: Omit<EndpointSearch, 'home'> & { home?: string };
  /** The value of the label that makes a container, network or volume ours. */
  stationId: string;
  clock: Clock;
}

/** The engine port, and the way to the engine for the ports beside it: images, terminals, volumes. */
export interface DockerEngine extends Engine {
  readonly connection: Connection;
}

/** The engine port over Docker's API, from 1.40 (Docker 19.03) on. */
export function createDockerEngine({ search, stationId, clock }: DockerEngineOptions): DockerEngine {
  const connection = createConnection({
    search: () => ({ ...search, home: search.home ?? homedir() }),
    stationId,
    clock,
  });
  const networks = createNetworks(connection, stationId);
  const images = createImageEvents({ connection, clock });
  /** Containers that are known to be ours, so that it need not be asked each time. */
  const owned = new Set<string>();
  const removals = connection.containerEvents.subscribe(({ type, containerId }) => {
    if (type === 'removed') owned.delete(containerId);
  });

  /** `container-gone` for one that is not ours: what somebody else made is ever neither looked at nor touched. */
  const inspect = async (id: string): Promise<Result<ContainerInfo>> => {
    const found = await connection.call(async ({ docker }, abortSignal) => {
      const answer: unknown = await docker.getContainer(id).inspect({ abortSignal });
      const info = toContainerInfo(containerSchema.parse(answer));
      if (!owned.has(info.id) && !(await ownsContainer(docker, stationId, info))) return null;
      owned.add(info.id);
      return info;
    });
    if (!found.ok) return found;
    return found.value === null ? fail('container-gone') : ok(found.value);
  };

  const mustBeOurs = async (id: string): Promise<Result<void>> => {
    if (owned.has(id)) return ok();
    const info = await inspect(id);
    return info.ok ? ok() : info;
  };

  /** An action on a container of ours, where some answers of the engine mean that it is done already. */
  const act = async (
    id: string,
    done: (status: number | null, message: string) => boolean,
    work: Parameters<typeof connection.call<void>>[0],
    deadlineMs = slowLimit,
  ): Promise<Result<void>> => {
    const ours = await mustBeOurs(id);
    if (!ours.ok) return ours.error.code === 'container-gone' && done(404, '') ? ok() : ours;
    return connection.call(
      async (session, abortSignal) => {
        try {
          await work(session, abortSignal);
        } catch (thrown) {
          const { status, message } = readProblem(thrown);
          if (!done(status, message)) throw thrown;
        }
      },
      { deadlineMs },
    );
  };

  return {
    connection,
    get view() {
      return connection.view;
    },
    changes: connection.changes,
    containerEvents: connection.containerEvents,
    imageEvents: images.events,
    start: () => connection.start(),
    async dispose() {
      removals.dispose();
      await Promise.all([connection.dispose(), images.dispose()]);
    },

    inspectImage: async (name) => {
      if (!imageName.test(name)) return fail('image-missing', { image: name });
      return connection.call(
        async ({ docker }) => {
          const answer: unknown = await docker.getImage(name).inspect();
          return toImageInfo(imageSchema.parse(answer));
        },
        { image: name },
      );
    },

    ensureNetwork: (options) => networks.ensure(options),
    removeNetwork: (name) => networks.remove(name),

    async createContainer(spec) {
      const outbound = spec.network === 'none' ? ok(false) : await networks.isOutbound(spec.network);
      if (!outbound.ok) return outbound;
      const made = await connection.call(
        async (session): Promise<Result<{ id: string }>> => {
          const options = toCreateOptions(spec, {
            outbound: outbound.value,
            realPath,
            processors: spec.limits.cpus > 1 ? await session.processors() : 1,
          });
          if (!options.ok) return options;
          // Not given up half-way: an abort would leave a container that nobody knows of.
          const answer: unknown = await session.docker.createContainer(options.value);
          const { Id: id } = createdSchema.parse({ Id: (answer as { id?: unknown }).id });
          owned.add(id);
          return ok({ id });
        },
        { deadlineMs: slowLimit, image: spec.image },
      );
      return made.ok ? made.value : made;
    },

    startContainer: (id) =>
      act(
        id,
        (status) => status === 304,
        async ({ docker }, abortSignal) => {
          await docker.getContainer(id).start({ abortSignal });
        },
      ),

    inspectContainer: inspect,

    stopContainer: (id, graceMs) =>
      act(
        id,
        (status, message) => status === 304 || status === 404 || /is not running/i.test(message),
        async ({ docker }, abortSignal) => {
          const container = docker.getContainer(id);
          if (graceMs > 0) await container.stop({ t: Math.ceil(graceMs / 1000), abortSignal });
          else {
            await container.kill({ abortSignal });
            await container.wait({ abortSignal });
          }
        },
        graceMs + stopMargin,
      ),

    async removeContainer(id) {
      const removed = await act(
        id,
        (status) => status === 404,
        async ({ docker }, abortSignal) => {
          const container = docker.getContainer(id);
          try {
            await container.remove({ force: true, v: true, abortSignal });
          } catch (thrown) {
            if (!/already in progress/i.test(readProblem(thrown).message)) throw thrown;
            await container.wait({ condition: 'removed', abortSignal });
          }
        },
      );
      if (removed.ok) owned.delete(id);
      return removed;
    },

    async listOwned() {
      const listed = await connection.call(async ({ docker }, abortSignal) => {
        const answer: unknown = await docker.listContainers({
          all: true,
          filters: JSON.stringify({ label: [`${labels.station}=${stationId}`] }),
          abortSignal,
        });
        return containerListSchema.parse(answer);
      });
      if (!listed.ok) return listed;
      // Not yet compared with their images: `inspect` does it.
      const ours = listed.value.filter(({ Labels }) => isOwnContainer(stationId, Labels, null));
      const found: ContainerInfo[] = [];
      for (let next = 0; next < ours.length; next += atOnce) {
        const some = ours.slice(next, next + atOnce).map(({ Id }) => inspect(Id));
        for (const info of await Promise.all(some)) {
          if (info.ok) found.push(info.value);
          // One that went away in between is not there.
          else if (info.error.code !== 'container-gone') return info;
        }
      }
      return ok(found);
    },

    followLogs: (id, options) => followLogs({ connection, clock }, id, options),
    async pastEvents(id, since) {
      const ours = await mustBeOurs(id);
      return ours.ok ? readPastEvents(connection, stationId, id, since) : ours;
    },
    async exec(id, options) {
      const ours = await mustBeOurs(id);
      return ours.ok ? exec({ connection, clock }, id, options) : ours;
    },
    async readFile(id, path, limit) {
      const ours = await mustBeOurs(id);
      return ours.ok ? readContainerFile(connection, id, path, limit) : ours;
    },
  };
}

function toImageInfo({ Id, RepoDigests, Config }: z.infer<typeof imageSchema>): ImageInfo {
  const digests = (RepoDigests ?? []).flatMap((digest) => digest.split('@')[1] ?? []);
  return {
    id: Id,
    digest: digests[0] ?? null,
    digests,
    labels: Config?.Labels ?? {},
  };
}

/** As the engine will see it; it speaks for itself where a path is not there, or not on this machine. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
