import { z } from 'zod';

/** What the engine answers to clean-up's questions. Source: https://docs.docker.com/reference/api/engine/ */

const labelsSchema = z
  .record(z.string(), z.string())
  .nullish()
  .transform((labels) => labels ?? {});

/** RFC 3339, or nothing where an engine does not say. */
const timeSchema = z
  .string()
  .nullish()
  .transform((text) => {
    const time = Date.parse(text ?? '');
    return Number.isNaN(time) || (text ?? '').startsWith('0001-') ? null : time;
  });

export const ownContainersSchema = z.array(
  z.object({ Id: z.string(), Labels: labelsSchema, SizeRw: z.number().nullish() }),
);

/** Of everybody's containers nothing is read but what they use: it has to stay. */
export const usersSchema = z.array(
  z.object({
    ImageID: z.string().nullish(),
    Mounts: z.array(z.object({ Type: z.string().nullish(), Name: z.string().nullish() })).nullish(),
  }),
);

export const containerDetailsSchema = z.object({
  Id: z.string(),
  Name: z.string(),
  Image: z.string(),
  Created: timeSchema,
  Config: z.object({ Image: z.string(), Labels: labelsSchema }),
  State: z.object({ Status: z.string(), FinishedAt: timeSchema }),
});
export type ContainerDetails = z.infer<typeof containerDetailsSchema>;

export const imageListSchema = z.array(
  z.object({
    Id: z.string(),
    RepoTags: z.array(z.string()).nullish(),
    Labels: labelsSchema,
    /** Seconds since the epoch. */
    Created: z.number(),
    Size: z.number(),
    SharedSize: z.number().nullish(),
  }),
);

/** Every image and layer, as a tree. */
export const layerListSchema = z.array(
  z.object({
    Id: z.string(),
    ParentId: z.string().nullish(),
    RepoTags: z.array(z.string()).nullish(),
    Created: z.number(),
    Size: z.number(),
  }),
);

export const imageDetailsSchema = z.object({
  Id: z.string(),
  Parent: z.string().nullish(),
  RepoTags: z.array(z.string()).nullish(),
  RepoDigests: z.array(z.string()).nullish(),
  Config: z.object({ Labels: labelsSchema }).nullish(),
});

export const imageHistorySchema = z.array(
  z.object({ CreatedBy: z.string().nullish(), Comment: z.string().nullish() }),
);

export const networkDetailsSchema = z.object({
  Id: z.string(),
  Name: z.string(),
  Created: timeSchema,
  Labels: labelsSchema,
  Containers: z.record(z.string(), z.unknown()).nullish(),
});

export const networkListSchema = z.array(z.object({ Id: z.string(), Labels: labelsSchema }));

export const volumeSchema = z.object({ Name: z.string(), CreatedAt: timeSchema, Labels: labelsSchema });
export const volumeListSchema = z.object({ Volumes: z.array(volumeSchema).nullish() });

export const usageSchema = z.object({
  Images: z.array(z.object({ Id: z.string(), SharedSize: z.number().nullish() })).nullish(),
  Volumes: z
    .array(z.object({ Name: z.string(), UsageData: z.object({ Size: z.number() }).nullish() }))
    .nullish(),
});
