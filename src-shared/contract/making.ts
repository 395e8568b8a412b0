import { z } from 'zod';
import type { RecipeBuild } from '../model/making.js';
import { call, type EventTable } from './define.js';
import { nothing } from './fields.js';

const path = z.string().min(1).max(4096);
const imageName = z.string().min(1).max(255);
const words = z.record(z.string().min(1).max(200), z.string().max(4096));
const list = z.array(z.string().min(1).max(200)).max(200);
const changes = z.array(z.string().min(1).max(4096)).max(100).default([]);
/** Takes the name from an image that Slipway did not make. */
const replace = z.boolean().default(false);

/** Making images. Each answers with the id of the job that does it, once what can be checked at once has been. */
export const makingCalls = {
  /** Of a recipe that says how (`image.build`), or of a folder, a Dockerfile and a name. What is given beside a recipe stands in for what it says. */
  'images.build': call(
    z.object({
      recipe: z.string().max(200).optional(),
      context: path.optional(),
      /** Absolute, or relative to the context; `Dockerfile` when left out. */
      dockerfile: path.optional(),
      name: imageName.optional(),
      buildArgs: words.default({}),
      labels: words.default({}),
      noCache: z.boolean().default(false),
      replace,
    }),
  ).returns<{ jobId: string }>(),
  /** `changes` are instructions as of `docker import --change`, e.g. `ENV PATH=/bin`. */
  'images.import': call(z.object({ file: path, name: imageName, changes, replace })).returns<{
    jobId: string;
  }>(),
  'images.debootstrap': call(
    z.object({
      suite: z.string().min(1).max(100),
      mirror: z.string().min(1).max(2000).optional(),
      name: imageName,
      architecture: z.string().min(1).max(40).optional(),
      keyring: path.optional(),
      variant: z.enum(['minbase', 'buildd', 'default']).default('minbase'),
      include: list.default([]),
      components: list.default([]),
      changes,
      replace,
    }),
  ).returns<{ jobId: string }>(),
  /** The recipes that say how their image is built, and how what is there compares with that. */
  'images.builds': call(nothing).returns<RecipeBuild[]>(),
} as const;

/** What goes on is told by the streams of jobs. */
export const makingEvents = {} as const satisfies EventTable;
