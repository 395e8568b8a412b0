import { z } from 'zod';
import { faultSchema } from './result.js';

/** What a webhook can be told of. `run.ended` comes with the verdict; nobody has to have asked for `run.started`. */
export const webhookEvents = ['run.started', 'run.ended'] as const;
export const webhookEventSchema = z.enum(webhookEvents);
export type WebhookEvent = z.infer<typeof webhookEventSchema>;

/** A name in `webhooks:` of station.yaml. */
export const hookNameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);

/**
 * `idle`: nothing waits. `delivering`: something is on its way. `waiting`: the last attempt failed, or the first has
 * yet to come. `gone`: the receiver said 410; nothing is sent until somebody asks for it. `removed`: it is not in
 * station.yaml any more, and what waits stays until somebody drops it.
 */
export const webhookStates = ['idle', 'delivering', 'waiting', 'gone', 'removed'] as const;

/** One webhook and its outbox. Times are milliseconds since the epoch. */
export const webhookViewSchema = z.object({
  name: z.string(),
  /** Scheme, host and path: a query can hold a secret. Of an address that is itself a secret, nothing but `•••`. */
  url: z.string(),
  events: z.array(webhookEventSchema),
  state: z.enum(webhookStates),
  waiting: z.number().int(),
  waitingBytes: z.number().int(),
  /** When the oldest event that waits happened. */
  oldestAt: z.number().nullable(),
  delivered: z.number().int(),
  deliveredAt: z.number().nullable(),
  /** Given up because of the outbox's limits and not yet acknowledged, with the span in which they happened. */
  lost: z.number().int(),
  lostFrom: z.number().nullable(),
  lostUntil: z.number().nullable(),
  /** Why the last attempt failed; null when it did not. */
  fault: faultSchema.nullable(),
  /** When the next attempt is made; null when none is to be made. */
  nextAt: z.number().nullable(),
});
export type WebhookView = z.infer<typeof webhookViewSchema>;

/** One event that waits for one webhook. */
export const deliverySchema = z.object({
  /** The idempotency key: the same at every attempt. */
  id: z.string(),
  hook: z.string(),
  event: z.string(),
  run: z.string(),
  /** The serial number; '' while none is known. */
  unit: z.string(),
  at: z.number(),
  bytes: z.number().int(),
  attempts: z.number().int(),
  /** Not before. */
  due: z.number(),
  fault: faultSchema.nullable(),
});
export type Delivery = z.infer<typeof deliverySchema>;
