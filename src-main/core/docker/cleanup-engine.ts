import type Docker from 'dockerode';
import type { Result } from '../../../src-shared/model/result.js';
import type { CleanupEngine, EngineSurvey, Removed, SurveyedContainer } from '../cleanup/survey.js';
import * as schemas from './cleanup-schemas.js';
import { carriesLabel, isOfStation } from '../images/made-here.js';
import type { MadeImages } from '../images/made-images.js';
import { createLayerCleaner } from './left-layers.js';
import type { Connection } from './connection.js';
import { labels } from './engine.js';
import { readProblem } from './faults.js';
import { ownsContainer } from './ownership.js';

/** How long a survey, or one removal on a slow disk, may take, in ms. */
const slowLimit = 120_000;
/** How long the engine may count sizes, in ms: where it is slow at that, sizes are unknown. */
const sizesLimit = 20_000;

type Labels = Record<string, string>;

/** Clean-up's port over Docker's API. */
export function createCleanupEngine(
  connection: Connection,
  stationId: string,
  made: MadeImages,
): CleanupEngine {
  const layers = createLayerCleaner(made);
  const isOurs = (given: Labels): boolean => given[labels.station] === stationId;
  const isOurImage = (given: Labels): boolean => carriesLabel(given, stationId);
  const isOwn = (docker: Docker, { Config, Image }: schemas.ContainerDetails): Promise<boolean> =>
    ownsContainer(docker, stationId, { labels: Config.Labels, imageId: Image });
  const byLabel = (...names: string[]): string =>
    JSON.stringify({ label: names.map((name) => `${name}=${stationId}`) });

  async function listImages(docker: Docker, abortSignal: AbortSignal) {
    const found = new Map<string, (typeof schemas.imageListSchema)['_output'][number]>();
    for (const label of [labels.madeBy, labels.station]) {
      const answer: unknown = await docker.listImages({ filters: byLabel(label), abortSignal });
      for (const image of schemas.imageListSchema.parse(answer)) {
        if (isOurImage(image.Labels)) found.set(image.Id, image);
      }
    }
    return found;
  }

  /** Whether we made this image, and not somebody by building on one of ours: a label is handed on. */
  async function isMadeByUs(docker: Docker, id: string, given: Labels): Promise<boolean> {
    const answer: unknown = await docker.getImage(id).history();
    const steps = schemas.imageHistorySchema
      .parse(answer)
      .map(({ CreatedBy, Comment }) => ({ by: CreatedBy ?? '', comment: Comment ?? '' }));
    const noted = new Set((await made.all()).images);
    return isOfStation({ id, labels: given }, steps, { stationId, noted });
  }

  async function surveyContainers(docker: Docker, abortSignal: AbortSignal): Promise<SurveyedContainer[]> {
    const filters = byLabel(labels.station);
    const answer: unknown = await docker.listContainers({ all: true, size: true, filters, abortSignal });
    const found: SurveyedContainer[] = [];
    for (const { Id, SizeRw } of schemas.ownContainersSchema.parse(answer)) {
      const details = await inspectContainer(docker, Id);
      if (details === null || !(await isOwn(docker, details))) continue;
      found.push({
        id: details.Id,
        name: details.Name.replace(/^\//, ''),
        labels: details.Config.Labels,
        image: details.Config.Image,
        state:
          (['created', 'running', 'exited', 'dead'] as const).find((s) => s === details.State.Status) ??
          'other',
        createdAt: details.Created ?? 0,
        finishedAt: details.State.FinishedAt,
        bytes: SizeRw ?? null,
      });
    }
    return found;
  }

  async function surveyNetworks(docker: Docker, abortSignal: AbortSignal): Promise<EngineSurvey['networks']> {
    const answer: unknown = await docker.listNetworks({ filters: byLabel(labels.station), abortSignal });
    const found: EngineSurvey['networks'] = [];
    for (const { Id, Labels } of schemas.networkListSchema.parse(answer)) {
      if (!isOurs(Labels)) continue;
      const details = await orNull(async () => docker.getNetwork(Id).inspect() as Promise<unknown>);
      if (details === null) continue;
      const network = schemas.networkDetailsSchema.parse(details);
      const containers = Object.keys(network.Containers ?? {}).length;
      found.push({
        id: Id,
        name: network.Name,
        labels: network.Labels,
        createdAt: network.Created,
        containers,
      });
    }
    return found;
  }

  async function readSizes(): Promise<{ shared: Map<string, number>; volumes: Map<string, number> }> {
    const usage = await connection.call(
      async ({ docker }) => {
        const answer: unknown = await docker.df();
        return schemas.usageSchema.parse(answer);
      },
      { deadlineMs: sizesLimit },
    );
    const { Images = [], Volumes = [] } = usage.ok ? usage.value : {};
    return {
      shared: new Map((Images ?? []).flatMap(({ Id, SharedSize }) => known(Id, SharedSize))),
      volumes: new Map((Volumes ?? []).flatMap(({ Name, UsageData }) => known(Name, UsageData?.Size))),
    };
  }

  const inspectContainer = async (docker: Docker, id: string) => {
    const answer = await orNull(async () => docker.getContainer(id).inspect() as Promise<unknown>);
    return answer === null ? null : schemas.containerDetailsSchema.parse(answer);
  };
  const inspectImage = async (docker: Docker, id: string) => {
    const answer = await orNull(async () => docker.getImage(id).inspect() as Promise<unknown>);
    return answer === null ? null : schemas.imageDetailsSchema.parse(answer);
  };

  /**
   * With an image of the classic builder go the unnamed images of its steps, which carry no label. They are the
   * build's own as long as what lies below them has a name or our label; an unnamed image at the bottom is
   * somebody's, and then all of them stay.
   */
  async function stepsAreOurs(docker: Docker, parent: string): Promise<boolean> {
    for (let id = parent; id !== '';) {
      const image = await inspectImage(docker, id);
      if (image === null) return false;
      if ((image.RepoTags ?? []).length > 0 || isOurImage(image.Config?.Labels ?? {})) return true;
      id = image.Parent ?? '';
    }
    return parent === '';
  }

  function remove(work: (docker: Docker) => Promise<Removed>): Promise<Result<Removed>> {
    return connection.call(
      async ({ docker }) => {
        try {
          return await work(docker);
        } catch (thrown) {
          const refused = refusal(thrown);
          if (refused === null) throw thrown;
          return refused;
        }
      },
      { deadlineMs: slowLimit },
    );
  }

  return {
    async survey() {
      const sizes = await readSizes();
      return connection.call(
        async ({ docker }, abortSignal) => {
          const images = await listImages(docker, abortSignal);
          const all: unknown = await docker.listContainers({ all: true, abortSignal });
          const users = schemas.usersSchema.parse(all);
          const volumes: unknown = await docker.listVolumes({
            filters: byLabel(labels.station),
            abortSignal,
          });
          const survey: EngineSurvey = {
            containers: await surveyContainers(docker, abortSignal),
            images: [],
            networks: await surveyNetworks(docker, abortSignal),
            volumes: (schemas.volumeListSchema.parse(volumes).Volumes ?? [])
              .filter((volume) => isOurs(volume.Labels))
              .map((volume) => ({
                name: volume.Name,
                labels: volume.Labels,
                createdAt: volume.CreatedAt,
                bytes: sizes.volumes.get(volume.Name) ?? null,
                containers: users.filter(({ Mounts }) =>
                  (Mounts ?? []).some(({ Type, Name }) => Type === 'volume' && Name === volume.Name),
                ).length,
              })),
            layers: await layers.survey(docker, abortSignal),
          };
          for (const image of images.values()) {
            if ((await orNull(() => isMadeByUs(docker, image.Id, image.Labels))) !== true) continue;
            survey.images.push({
              id: image.Id,
              names: (image.RepoTags ?? []).filter((name) => !name.startsWith('<none>')),
              labels: image.Labels,
              createdAt: image.Created * 1000,
              bytes: Math.max(0, image.Size - (sizes.shared.get(image.Id) ?? 0)),
              containers: users.filter(({ ImageID }) => ImageID === image.Id).length,
            });
          }
          return survey;
        },
        { deadlineMs: slowLimit },
      );
    },

    removeContainer: (id) =>
      remove(async (docker) => {
        const details = await inspectContainer(docker, id);
        if (details === null || !(await isOwn(docker, details))) return 'gone';
        // Not by force: one that was started meanwhile stays.
        await docker.getContainer(id).remove({ v: true });
        return 'removed';
      }),

    removeImage: (id) =>
      remove(async (docker) => {
        const details = await inspectImage(docker, id);
        if (details === null || !isOurImage(details.Config?.Labels ?? {})) return 'gone';
        if (!(await isMadeByUs(docker, id, details.Config?.Labels ?? {}))) return 'gone';
        const names = [...(details.RepoTags ?? [])].filter((name) => !name.startsWith('<none>'));
        if (names.length > 1) return 'other-names';
        const noprune = !(await stepsAreOurs(docker, details.Parent ?? ''));
        await docker.getImage(id).remove({ noprune });
        await made.forget(new Set([id]));
        return 'removed';
      }),

    removeLayers: (job) => remove((docker) => layers.remove(docker, job)),

    removeNetwork: (id) =>
      remove(async (docker) => {
        const details = await orNull(async () => docker.getNetwork(id).inspect() as Promise<unknown>);
        if (details === null || !isOurs(schemas.networkDetailsSchema.parse(details).Labels)) return 'gone';
        await docker.getNetwork(id).remove();
        return 'removed';
      }),

    removeVolume: (name) =>
      remove(async (docker) => {
        const details = await orNull(async () => docker.getVolume(name).inspect() as Promise<unknown>);
        if (details === null || !isOurs(schemas.volumeSchema.parse(details).Labels)) return 'gone';
        await docker.getVolume(name).remove();
        return 'removed';
      }),
  };
}

/** What the engine refuses and why, in engine 20.10's words and later ones'; null for what is no refusal. */
function refusal(thrown: unknown): Removed | null {
  const { status, message } = readProblem(thrown);
  if (status === 404) return 'gone';
  if (/has dependent child images/i.test(message)) return 'built-upon';
  if (/referenced in multiple repositories/i.test(message)) return 'other-names';
  if (/cannot remove a running container|container is (?:running|paused)|stop the container/i.test(message)) {
    return 'running';
  }
  if (
    /has active endpoints|volume is in use|is (?:being )?used by|using its referenced image/i.test(message)
  ) {
    return 'in-use';
  }
  return status === 409 ? 'in-use' : null;
}

/** Null for what went away in between. */
async function orNull<Value>(ask: () => Promise<Value>): Promise<Value | null> {
  try {
    return await ask();
  } catch (thrown) {
    if (readProblem(thrown).status === 404) return null;
    throw thrown;
  }
}

/** Engines say -1 for what they did not count. */
function known(name: string, size: number | null | undefined): [string, number][] {
  return size === null || size === undefined || size < 0 ? [] : [[name, size]];
}
