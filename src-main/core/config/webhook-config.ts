import { z } from 'zod';
import { verdictSchema, type Verdict } from '../../../src-shared/model/run.js';
import { webhookEventSchema, type WebhookEvent } from '../../../src-shared/model/webhook.js';
import { ageOrNever, durationBetween, sizeOrNever } from '../yaml/quantities.js';

/** One entry of `webhooks:` of `station.yaml`; fields are described in docs/webhooks.md. */
export interface WebhookSettings {
  /** `http://` or `https://`, or the name of the secret that holds such an address. */
  url: string | { secret: string };
  events: WebhookEvent[];
  /** The name of the secret that signs. */
  secret: string;
  /** Only runs of which all that is given holds. */
  only: {
    verdicts?: Verdict[] | undefined;
    recipes?: string[] | undefined;
    models?: string[] | undefined;
    bays?: number[] | undefined;
  };
  /** How long one attempt may take, in ms. */
  timeout: number;
  /** Beyond which the oldest events are given up: ms, bytes; null for no limit. */
  keep: { age: number | null; size: number | null };
}

/** An address that an event can be sent to. Names and passwords do not belong into station.yaml. */
export function isWebhookUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}

const secretName = z.string().min(1, 'textEmpty').max(200);
const month = 30 * 86_400_000;

export const webhooksSchema: z.ZodType<ReadonlyMap<string, WebhookSettings>> = z
  .record(
    z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'shortName'),
    z.strictObject({
      url: z.union([z.string().refine(isWebhookUrl, 'webhookUrl'), z.strictObject({ secret: secretName })]),
      events: z.array(webhookEventSchema).min(1).default(['run.ended']),
      secret: secretName,
      only: z
        .strictObject({
          verdicts: z.array(verdictSchema).min(1).optional(),
          recipes: z.array(z.string()).min(1).optional(),
          models: z.array(z.string()).min(1).optional(),
          bays: z.array(z.number().int().min(1).max(999)).min(1).optional(),
        })
        .prefault({}),
      timeout: durationBetween('1s', '1m').default(10_000),
      keep: z
        .strictObject({
          age: ageOrNever().default(month),
          size: sizeOrNever().default(64 * 1024 ** 2),
        })
        .prefault({}),
    }),
  )
  .default({})
  .transform((hooks) => new Map(Object.entries(hooks)));
