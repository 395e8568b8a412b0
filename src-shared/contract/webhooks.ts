import { z } from 'zod';
import { hookNameSchema, webhookViewSchema, type Delivery, type WebhookView } from '../model/webhook.js';
import { call, event } from './define.js';
import { nothing } from './fields.js';

const hook = hookNameSchema;

/** The outbox of what webhooks are to be told. All that name a hook fail with `webhook-unknown`. */
export const webhookCalls = {
  'webhooks.list': call(nothing).returns<{ hooks: WebhookView[] }>(),
  /** What waits, the oldest first. */
  'webhooks.deliveries': call(
    z.object({ hook, limit: z.number().int().min(1).max(500).default(100) }),
  ).returns<{ deliveries: Delivery[] }>(),
  /** Tries at once whatever waits, also after a 410. */
  'webhooks.retry': call(z.object({ hook })).returns<void>(),
  /** Takes what waits out of the outbox: one event, or all. The records stay. */
  'webhooks.drop': call(z.object({ hook, id: z.uuid().optional() })).returns<{ dropped: number }>(),
  /** Sends a `test` event now, past the outbox. Fails with what the receiver or the network said. */
  'webhooks.test': call(z.object({ hook })).returns<{ status: number; milliseconds: number }>(),
  /** Somebody has read how many were given up. */
  'webhooks.acknowledge': call(z.object({ hook })).returns<void>(),
} as const;

export const webhookEventStreams = {
  /** All hooks, whole each time, at most four times a second. */
  webhooks: event(nothing, z.object({ revision: z.number().int(), hooks: z.array(webhookViewSchema) })),
} as const;
