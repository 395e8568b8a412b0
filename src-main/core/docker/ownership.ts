import type Docker from 'dockerode';
import { z } from 'zod';
import { labels } from './engine.js';
import { readProblem } from './faults.js';

type Labels = Readonly<Record<string, string>>;

/**
 * Whether this station made a container, by its labels and by those of its image (null when that is gone). The
 * station's label alone says nothing: the engine hands an image's labels on to whatever anybody runs from it. Ours is
 * a bay's, a run's or has a role, and says something of its own: what somebody runs from an image that was committed
 * from one of ours has every label of that one, and none besides.
 */
export function isOwnContainer(stationId: string, given: Labels, ofImage: Labels | null): boolean {
  if (given[labels.station] !== stationId) return false;
  const hasPurpose = [labels.bay, labels.run, labels.role].some((name) => given[name] !== undefined);
  if (!hasPurpose) return false;
  return Object.keys(given).some((name) => name.startsWith('io.slipway.') && given[name] !== ofImage?.[name]);
}

/** The same, of a container that the engine has described. The image is asked for only where that can matter. */
export async function ownsContainer(
  docker: Docker,
  stationId: string,
  container: { labels: Labels; imageId: string },
): Promise<boolean> {
  if (!isOwnContainer(stationId, container.labels, null)) return false;
  return isOwnContainer(stationId, container.labels, await readImageLabels(docker, container.imageId));
}

const imageLabelsSchema = z.object({
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});

async function readImageLabels(docker: Docker, id: string): Promise<Labels | null> {
  try {
    const answer: unknown = await docker.getImage(id).inspect();
    return imageLabelsSchema.parse(answer).Config?.Labels ?? {};
  } catch (thrown) {
    if (readProblem(thrown).status === 404) return null;
    throw thrown;
  }
}
