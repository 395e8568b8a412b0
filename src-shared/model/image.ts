import { z } from 'zod';
import type { Fault } from './result.js';

/** How well an image supports a model, from best to none that is known. */
export const supportLevels = ['stable', 'release-candidate', 'beta', 'unknown'] as const;
export const supportLevelSchema = z.enum(supportLevels);
export type SupportLevel = z.infer<typeof supportLevelSchema>;

/** One run that an engineer allowed although the image's support is below the recipe's `minimumSupport`. */
export const allowanceSchema = z.object({
  /** The engineer's name, as it was given. */
  by: z.string(),
  /** Milliseconds since the epoch. */
  at: z.number(),
  reason: z.string(),
  /** What the image's label said, as written; null where it has none for the model. */
  status: z.string().nullable(),
  minimum: supportLevelSchema,
  /** The one image that was allowed; another that has taken its name since is not. */
  imageId: z.string(),
});
export type Allowance = z.infer<typeof allowanceSchema>;

/** What an image says of one model, in its label `deviceSupportStatus.<model>`. */
export const imageSupportSchema = z.object({
  model: z.string(),
  /** As the label has it, in whatever language. */
  written: z.string(),
  /** As the station understands it. */
  level: supportLevelSchema,
  /** The number of a release candidate, when the label gives one. */
  candidate: z.number().int().nullable(),
});
export type ImageSupport = z.infer<typeof imageSupportSchema>;

/**
 * Why an image is listed. `made`: this station made it; `brought`: this station loaded or pulled it, and
 * it was not there before; `recipe`: a recipe names it; `base`: one of those is built on it.
 */
export const imageReasons = ['made', 'brought', 'recipe', 'base'] as const;

export const imageSummarySchema = z.object({
  /** `sha256:…` */
  id: z.string(),
  /** With their tags, e.g. `widget-deployer:latest`; none for an image that lost its name to a newer one. */
  names: z.array(z.string()),
  /** `registry/name@sha256:…` of each registry it came from. */
  digests: z.array(z.string()),
  /** In bytes, layers shared with other images included. */
  size: z.number(),
  /** Milliseconds since the epoch. */
  createdAt: z.number(),
  layers: z.number().int(),
  labels: z.record(z.string(), z.string()),
  reason: z.enum(imageReasons),
  /** The names of the recipes that use it, for their flasher or a test. */
  recipes: z.array(z.string()),
  /** How many containers are made of it, whoever made them; it cannot be removed while there are any. */
  containers: z.number().int(),
  support: z.array(imageSupportSchema),
});
export type ImageSummary = z.infer<typeof imageSummarySchema>;

/** An image that a recipe names and the engine does not have. */
export const missingImageSchema = z.object({
  name: z.string(),
  recipes: z.array(z.string()),
  /** The recipe among them by which it can be built. */
  build: z.string().nullable(),
  /** The recipe among them that names its registry and its digest, so that it can be pulled. */
  pull: z.string().nullable(),
});
export type MissingImage = z.infer<typeof missingImageSchema>;

export const imagesViewSchema = z.object({
  /** Newest first. */
  images: z.array(imageSummarySchema),
  missing: z.array(missingImageSchema),
});
export type ImagesView = z.infer<typeof imagesViewSchema>;

/** One step of an image's history, newest first. */
export interface ImageLayer {
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** What made it, as the builder noted it, secrets masked. */
  by: string;
  comment: string;
  /** In bytes; 0 for what changes no file. */
  size: number;
}

/** What a recipe wants of an image, and whether it has it. */
export interface ImageUse {
  recipe: string;
  /** What the recipe does with it. A test's image is held to nothing. */
  part: 'flasher' | 'test';
  model: string;
  minimum: SupportLevel;
  /** False: the bay is blocked until an engineer allows one run. */
  isGoodEnough: boolean;
  /** `sha256:…`, where the recipe says one. */
  pinnedId: string | null;
  pinnedDigest: string | null;
  /** False: the recipe pins another image than this one, and a run is refused. */
  isPinned: boolean;
}

/** All that is known of one image; secrets masked everywhere. */
export interface ImageDetail {
  summary: ImageSummary;
  /** How it came here, when this station loaded or pulled it. Milliseconds since the epoch. */
  arrival: { from: 'archive' | 'registry'; at: number } | null;
  /** SHA-256 of what it was built from, hexadecimal; null for what Slipway did not build. */
  inputs: string | null;
  uses: ImageUse[];
  architecture: string;
  os: string;
  entrypoint: string[];
  command: string[];
  environment: { name: string; value: string }[];
  ports: string[];
  workingDir: string;
  user: string;
  history: ImageLayer[];
  /** The engine's own answer. */
  raw: unknown;
}

/** What removing a name would do. */
export interface ImageRemoval {
  id: string;
  /** The name that goes; null for an image without one. */
  name: string | null;
  /** Names that stay, and with them the image. */
  stays: string[];
  /** True when the image itself goes. */
  removesImage: boolean;
  /** Bytes of the image; layers shared with others stay. */
  size: number;
  recipes: string[];
  /** Why it cannot be done, or null. */
  fault: Fault | null;
}

/** An image in an archive, and what loading it would do here. */
export const archivedImageSchema = z.object({
  id: z.string(),
  names: z.array(z.string()),
  size: z.number(),
  createdAt: z.number(),
  /** The engine has it already. */
  isHere: z.boolean(),
  /** Names that would move to it from another image. */
  moves: z.array(z.object({ name: z.string(), from: z.string() })),
});
export type ArchivedImage = z.infer<typeof archivedImageSchema>;

/** An archive that was verified byte by byte. */
export const archiveContentSchema = z.object({
  file: z.string(),
  bytes: z.number(),
  /** When, and by which station, it was made. */
  madeAt: z.number(),
  madeBy: z.string(),
  images: z.array(archivedImageSchema),
});
export type ArchiveContent = z.infer<typeof archiveContentSchema>;
