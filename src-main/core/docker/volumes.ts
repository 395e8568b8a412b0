import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { VolumeEngine, VolumeFacts, VolumeUsers } from '../volumes/volume-engine.js';
import type { DockerEngine } from './docker-engine.js';
import { labels } from './engine.js';
import { readProblem } from './faults.js';
import { ownsContainer } from './ownership.js';

/** Where a helper has its volume: no image has such a folder, so that nothing of an image gets into the volume. */
const folder = '/.slipway-volume';
/** How long the engine may take to count what it has, in ms. */
const countLimit = 300_000;

const volumeSchema = z.object({
  Name: z.string(),
  Labels: z
    .record(z.string(), z.string())
    .nullish()
    .transform((found) => found ?? {}),
  CreatedAt: z.string().nullish(),
});
const volumeListSchema = z.object({ Volumes: z.array(volumeSchema).nullish() });
const usageSchema = z.object({
  Volumes: z
    .array(z.object({ Name: z.string(), UsageData: z.object({ Size: z.number() }).nullish() }))
    .nullish(),
});
const usersSchema = z.array(
  z.object({
    Id: z.string(),
    Names: z.array(z.string()).nullish(),
    ImageID: z.string(),
    State: z.string().optional(),
    Labels: z
      .record(z.string(), z.string())
      .nullish()
      .transform((found) => found ?? {}),
    Mounts: z.array(z.object({ Type: z.string(), Name: z.string().optional() })).nullish(),
  }),
);

/** Volumes over Docker's API. See `VolumeEngine`. */
export function createVolumeEngine(options: {
  engine: Pick<DockerEngine, 'connection' | 'inspectImage' | 'removeContainer'>;
  stationId: string;
}): VolumeEngine {
  const { engine, stationId } = options;
  const { connection } = engine;
  const ownLabels = { [labels.station]: stationId };

  const inspect = (name: string): Promise<Result<VolumeFacts | null>> =>
    connection.call(async ({ docker }, abortSignal) => {
      try {
        const answer: unknown = await docker.getVolume(name).inspect({ abortSignal });
        return toFacts(volumeSchema.parse(answer));
      } catch (thrown) {
        if (readProblem(thrown).status === 404) return null;
        throw thrown;
      }
    });

  async function find(name: string): Promise<Result<VolumeFacts>> {
    const found = await inspect(name);
    if (!found.ok) return found;
    if (found.value === null) return fail('volume-unknown', { name });
    return isOurs(found.value) ? ok(found.value) : fail('volume-foreign', { name });
  }

  const isOurs = (facts: VolumeFacts): boolean => facts.labels[labels.station] === stationId;

  return {
    find,
    async list() {
      const listed = await connection.call(async ({ docker }, abortSignal) => {
        const filters = JSON.stringify({ label: [`${labels.station}=${stationId}`] });
        const answer: unknown = await docker.listVolumes({ filters, abortSignal });
        return (volumeListSchema.parse(answer).Volumes ?? []).map(toFacts);
      });
      return listed.ok ? ok(listed.value.filter(isOurs)) : listed;
    },
    sizes: () =>
      connection.call(
        async ({ docker }) => {
          const answer: unknown = await docker.df();
          const volumes = usageSchema.parse(answer).Volumes ?? [];
          // -1 is the engine's word for a size that it does not know.
          return new Map(
            volumes.flatMap(({ Name, UsageData }) => {
              const size = UsageData?.Size ?? -1;
              return size < 0 ? [] : [[Name, size] as const];
            }),
          );
        },
        { deadlineMs: countLimit },
      ),
    users: () =>
      connection.call(async ({ docker }, abortSignal) => {
        const answer: unknown = await docker.listContainers({ all: true, abortSignal });
        const users = new Map<string, VolumeUsers>();
        for (const container of usersSchema.parse(answer)) {
          for (const { Type, Name } of container.Mounts ?? []) {
            if (Type !== 'volume' || Name === undefined) continue;
            const found = users.get(Name) ?? { usedBy: [], foreignUsers: 0 };
            users.set(Name, found);
            const owner = { labels: container.Labels, imageId: container.ImageID };
            if (!(await ownsContainer(docker, stationId, owner))) {
              found.foreignUsers += 1;
              continue;
            }
            const bay = Number(container.Labels[labels.bay] ?? Number.NaN);
            found.usedBy.push({
              id: container.Id,
              name: (container.Names?.[0] ?? container.Id.slice(0, 12)).replace(/^\//, ''),
              bay: Number.isInteger(bay) ? bay : null,
              isRunning: container.State === 'running',
            });
          }
        }
        return users;
      }),
    async create(name) {
      const there = await inspect(name);
      if (!there.ok) return there;
      if (there.value !== null)
        return fail(isOurs(there.value) ? 'volume-exists' : 'volume-foreign', { name });
      const made = await connection.call(async ({ docker }) => {
        await docker.createVolume({ Name: name, Driver: 'local', Labels: ownLabels });
      });
      if (!made.ok) return made;
      // Somebody may have made one of that name in between: the engine then hands out theirs.
      const after = await find(name);
      return after.ok ? ok() : after;
    },
    async remove(name) {
      const ours = await find(name);
      if (!ours.ok) return ours.error.code === 'volume-unknown' ? ok() : ours;
      const removed = await connection.call(async ({ docker }, abortSignal): Promise<Result<void>> => {
        try {
          await docker.getVolume(name).remove({ abortSignal });
          return ok();
        } catch (thrown) {
          const { status } = readProblem(thrown);
          if (status === 404) return ok();
          if (status === 409) return fail('volume-in-use', { name, users: '?', count: 1 });
          throw thrown;
        }
      });
      return removed.ok ? removed.value : removed;
    },
    async makeHelper(name, images) {
      const ours = await find(name);
      if (!ours.ok) return ours;
      for (const image of images) {
        const there = await engine.inspectImage(image);
        if (!there.ok && there.error.code !== 'image-missing') return there;
        if (!there.ok) continue;
        const made = await connection.call(
          async ({ docker }) => {
            const container = await docker.createContainer({
              name: `slipway-volume-${randomBytes(6).toString('hex')}`,
              Image: there.value.id,
              // An image without a command takes none that is missing; it is never run.
              Cmd: ['/'],
              Labels: { ...ownLabels, [labels.role]: 'volume' },
              HostConfig: {
                NetworkMode: 'none',
                Mounts: [
                  {
                    Type: 'volume',
                    Source: name,
                    Target: folder,
                    VolumeOptions: {
                      NoCopy: true,
                      Labels: ownLabels,
                      DriverConfig: { Name: 'local', Options: {} },
                    },
                  },
                ],
              },
            });
            return { id: container.id, folder };
          },
          { image },
        );
        return made;
      }
      return fail('volume-no-image', { name });
    },
    removeHelper: (id) => engine.removeContainer(id),
  };
}

function toFacts({ Name, Labels, CreatedAt }: z.infer<typeof volumeSchema>): VolumeFacts {
  const createdAt = Date.parse(CreatedAt ?? '');
  return { name: Name, labels: Labels, createdAt: Number.isNaN(createdAt) ? null : createdAt };
}
