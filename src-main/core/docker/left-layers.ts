import type Docker from 'dockerode';
import type { Removed, SurveyedLayers } from '../cleanup/survey.js';
import type { BuildLayers, MadeImages } from '../images/made-images.js';
import { layerListSchema, usersSchema } from './cleanup-schemas.js';
import { readProblem } from './faults.js';

/** A layer or image, as far as it matters who needs it. */
export interface EngineLayer {
  id: string;
  /** What it is built on; empty for one that is built on nothing, or comes from elsewhere. */
  parent: string;
  /** With all that it is built on, in bytes. */
  size: number;
  /** In ms since the epoch. */
  createdAt: number;
  /** It has a name, or a container is made of it. */
  isUsed: boolean;
}

/**
 * What of the layers that a build left is needed by nothing: neither named, nor a container's, nor below a layer that
 * stays. Those that are built on others come first: in this order they can be removed. Pure.
 */
export function unneededLayers(
  noted: readonly string[],
  all: ReadonlyMap<string, EngineLayer>,
): { layers: string[]; bytes: number } {
  const above = new Map<string, string[]>();
  for (const { id, parent } of all.values()) above.set(parent, [...(above.get(parent) ?? []), id]);
  const free = new Set<string>();
  const left = noted.flatMap((id) => all.get(id) ?? []).filter(({ isUsed }) => !isUsed);
  for (let grew = true; grew;) {
    grew = false;
    for (const { id } of left) {
      if (free.has(id) || (above.get(id) ?? []).some((other) => !free.has(other))) continue;
      free.add(id);
      grew = true;
    }
  }
  const own = ({ size, parent }: EngineLayer): number => Math.max(0, size - (all.get(parent)?.size ?? 0));
  const bytes = left.filter(({ id }) => free.has(id)).reduce((sum, layer) => sum + own(layer), 0);
  return { layers: [...free], bytes };
}

/** The layers that builds of this station left, as noted when they were made: they carry no label. */
export function createLayerCleaner(made: MadeImages) {
  async function listAll(docker: Docker, abortSignal?: AbortSignal): Promise<Map<string, EngineLayer>> {
    const options = { all: true, ...(abortSignal === undefined ? {} : { abortSignal }) };
    const images: unknown = await docker.listImages(options);
    const containers: unknown = await docker.listContainers(options);
    const used = new Set(usersSchema.parse(containers).map(({ ImageID }) => ImageID));
    return new Map(
      layerListSchema.parse(images).map(({ Id, ParentId, RepoTags, Created, Size }) => [
        Id,
        {
          id: Id,
          parent: ParentId ?? '',
          size: Size,
          createdAt: Created * 1000,
          isUsed: used.has(Id) || (RepoTags ?? []).some((name) => !name.startsWith('<none>')),
        },
      ]),
    );
  }

  function survey(builds: readonly BuildLayers[], all: ReadonlyMap<string, EngineLayer>): SurveyedLayers[] {
    return builds.flatMap(({ job, name, layers: noted }) => {
      const { layers, bytes } = unneededLayers(noted, all);
      const createdAt = Math.max(...layers.map((id) => all.get(id)?.createdAt ?? 0));
      return layers.length === 0 ? [] : [{ job, name, createdAt, bytes, layers }];
    });
  }

  return {
    async survey(docker: Docker, abortSignal: AbortSignal): Promise<SurveyedLayers[]> {
      // Noted before it is looked whether they are there: one that is noted in between is not forgotten.
      const { images, builds } = await made.all();
      const all = await listAll(docker, abortSignal);
      const gone = [...images, ...builds.flatMap(({ layers }) => layers)].filter((id) => !all.has(id));
      if (gone.length > 0) await made.forget(new Set(gone));
      return survey(builds, all);
    },

    /** Not by force, and without what they are built on: that may be somebody's. */
    async remove(docker: Docker, job: string): Promise<Removed> {
      const { builds } = await made.all();
      const build = builds.find((each) => each.job === job);
      if (build === undefined) return 'gone';
      const [found] = survey([build], await listAll(docker));
      if (found === undefined) return 'gone';
      const removed = new Set<string>();
      try {
        for (const id of found.layers) {
          try {
            await docker.getImage(id).remove({ noprune: true });
          } catch (thrown) {
            if (readProblem(thrown).status !== 404) throw thrown;
          }
          removed.add(id);
        }
      } finally {
        await made.forget(removed);
      }
      return 'removed';
    },
  };
}
