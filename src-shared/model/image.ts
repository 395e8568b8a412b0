import { z } from 'zod';

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
