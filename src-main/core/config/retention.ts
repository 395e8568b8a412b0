import { z } from 'zod';
import { ageOrNever, countOrNever, sizeOrNever } from '../yaml/quantities.js';

/** When one kind of thing goes by itself: older than `age`, or beyond the newest `count`. Null is never. */
export interface AgeAndCount {
  /** In ms. */
  age: number | null;
  count: number | null;
}

/** `retention:` of `station.yaml`: what is removed by itself while the station is idle. Records never are. */
export interface Retention {
  /** Stopped containers that were kept (`after: keep`), and shells that were left. */
  containers: AgeAndCount;
  /** Builds of ours that a newer one has replaced. */
  images: AgeAndCount;
  /** What builds left in the engine that is no image: of those that failed, and of stages. */
  buildCache: AgeAndCount;
  /** Logs of runs; `size` is that of all of them together, in bytes, and the oldest go first. */
  logs: { age: number | null; size: number | null };
  /** Jobs that have ended, with their logs. */
  jobs: AgeAndCount;
}

const day = 86_400_000;
const gibibyte = 1024 ** 3;

/** What is in force where `station.yaml` says nothing; docs/station-yaml.md lists the same. */
export const defaultRetention: Retention = {
  containers: { age: 7 * day, count: 20 },
  images: { age: 30 * day, count: 5 },
  buildCache: { age: 7 * day, count: 20 },
  logs: { age: null, size: 4 * gibibyte },
  jobs: { age: 30 * day, count: null },
};

function ageAndCount({ age, count }: AgeAndCount) {
  return z
    .strictObject({ age: ageOrNever().default(age), count: countOrNever().default(count) })
    .prefault({});
}

const { containers, images, buildCache, logs, jobs } = defaultRetention;

export const retentionSchema = z
  .strictObject({
    containers: ageAndCount(containers),
    images: ageAndCount(images),
    buildCache: ageAndCount(buildCache),
    logs: z
      .strictObject({ age: ageOrNever().default(logs.age), size: sizeOrNever().default(logs.size) })
      .prefault({}),
    jobs: ageAndCount(jobs),
  })
  .prefault({});
