import { z } from 'zod';

/**
 * What the engine answers, as far as it is used. Fields that are not used are not asked for, so that a newer
 * engine that drops them does no harm. Source: https://docs.docker.com/reference/api/engine/
 */

export const versionSchema = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
  MinAPIVersion: z.string().optional(),
});

export const systemInfoSchema = z.object({ NCPU: z.number().int().positive() });

/** What time it is by the engine's clock. */
export const systemTimeSchema = z.object({ SystemTime: z.string() });

export const createdSchema = z.object({ Id: z.string() });

const labelsSchema = z
  .record(z.string(), z.string())
  .nullish()
  .transform((labels) => labels ?? {});

export const imageSchema = z.object({
  Id: z.string(),
  RepoDigests: z.array(z.string()).nullish(),
  Config: z.object({ Labels: labelsSchema }).nullish(),
});

/** Engine times; one that has not come yet is the year 1. */
const timeSchema = z
  .string()
  .nullish()
  .transform((text) => {
    if (text === null || text === undefined || text.startsWith('0001-')) return null;
    const time = Date.parse(text);
    return Number.isNaN(time) ? null : time;
  });

export const containerSchema = z.object({
  Id: z.string(),
  /** With a slash before it. */
  Name: z.string(),
  Image: z.string(),
  Config: z.object({ Image: z.string(), Labels: labelsSchema }),
  State: z.object({
    Status: z.string(),
    ExitCode: z.number().int(),
    OOMKilled: z.boolean(),
    StartedAt: timeSchema,
    FinishedAt: timeSchema,
  }),
  NetworkSettings: z
    .object({
      /** By `80/tcp`. */
      Ports: z
        .record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable())
        .nullish(),
    })
    .nullish(),
});
export type ContainerAnswer = z.infer<typeof containerSchema>;

export const containerListSchema = z.array(z.object({ Id: z.string(), Labels: labelsSchema }));

export const networkSchema = z.object({
  Id: z.string(),
  Name: z.string(),
  Labels: labelsSchema,
  IPAM: z
    .object({
      Config: z.array(z.object({ Subnet: z.string().optional(), Gateway: z.string().optional() })).nullish(),
    })
    .nullish(),
});

export const networkListSchema = z.array(networkSchema);

export const execSchema = z.object({ Running: z.boolean(), ExitCode: z.number().int().nullish() });

/**
 * An event in either of its forms: engines up to API 1.51 send `status` and `id` beside `Action` and
 * `Actor`, later ones only the latter.
 */
export const eventSchema = z
  .object({
    Type: z.string().optional(),
    Action: z.string().optional(),
    status: z.string().optional(),
    Actor: z
      .object({ ID: z.string().optional(), Attributes: z.record(z.string(), z.string()).nullish() })
      .optional(),
    id: z.string().optional(),
    /** Seconds since the epoch. */
    time: z.number().optional(),
    timeNano: z.number().optional(),
  })
  .transform((event) => ({
    type: event.Type ?? 'container',
    action: event.Action ?? event.status ?? '',
    id: event.Actor?.ID ?? event.id ?? '',
    attributes: event.Actor?.Attributes ?? {},
    seconds: event.time ?? null,
    nanoseconds: event.timeNano ?? null,
  }));
export type EngineEvent = z.infer<typeof eventSchema>;
