import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { EventMessage } from '../../../src-shared/contract.js';
import type { webhookCalls, webhookEventStreams } from '../../../src-shared/contract/webhooks.js';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { StationFault } from '../../../src-shared/model/station.js';
import type { WebhookView } from '../../../src-shared/model/webhook.js';
import type { Clock } from '../clock.js';
import type { WebhookSettings } from '../config/webhook-config.js';
import { createEmitter, type EventStream } from '../emitter.js';
import type { StationPart } from '../part.js';
import type { Outbox } from '../records/outbox.js';
import { createLatestWins } from '../streams/latest-wins.js';
import { createHookWorker, type HookWorker } from './hook-worker.js';
import { hookViews, webhookFaults } from './hook-views.js';
import type { Post } from './post.js';
import { sendMessage, type Sent } from './send.js';

/** At most four messages a second, in ms. */
const every = 250;

export interface WebhooksOptions {
  clock: Clock;
  outbox: Outbox;
  hooks: () => ReadonlyMap<string, WebhookSettings>;
  /** `station.yaml` changed. */
  settingsChanged: EventStream<unknown>;
  post: Post;
  secret: (name: string) => Result<string>;
  redact: (text: string) => string;
  station: () => { id: string; name: string; host: string };
  random: () => number;
  onDefect: (error: unknown) => void;
}

/** Tells webhooks of runs: one worker a hook, the outbox between them and the records. */
export interface WebhooksPart extends StationPart<typeof webhookCalls, typeof webhookEventStreams> {
  /** What a person has to know: events that do not get through, that were given up, or that nobody wants any more. */
  faults(): StationFault[];
  /** The faults, or what they say, may be others now. */
  readonly changes: EventStream<void>;
}

/** A message that says it is a test, sent past the outbox. */
export function testMessage(
  station: { id: string; name: string; host: string },
  at: number,
): { id: string; event: string; body: string } {
  const id = randomUUID();
  const body = { id, type: 'test', at: new Date(at).toISOString(), station };
  return { id, event: 'test', body: JSON.stringify(body) };
}

export function createWebhooksPart(options: WebhooksOptions): WebhooksPart {
  const { clock, outbox, hooks, onDefect } = options;
  const workers = new Map<string, { worker: HookWorker; settings: WebhookSettings }>();
  const lists = createEmitter<EventMessage<'webhooks'>>();
  const changes = createEmitter<void>();
  const ending = new Set<Promise<void>>();
  const stopped = new AbortController();
  let revision = 0;

  const views = (): WebhookView[] => {
    if (stopped.signal.aborted) return [];
    const tallies = outbox.tallies();
    return hookViews(
      hooks(),
      tallies.ok ? tallies.value : [],
      (name) => workers.get(name)?.worker.state,
      clock.now(),
    );
  };
  const list = createLatestWins<'webhooks'>({
    clock,
    every,
    call() {
      revision += 1;
      // Summing up a long outbox is work: only when somebody looks.
      if (lists.listeners > 0) lists.emit({ revision, hooks: views() });
      changes.emit();
    },
  });
  const touch = (): void => list.touch('webhooks');

  function endWorker(name: string): void {
    const ended = workers.get(name)?.worker.stop();
    workers.delete(name);
    if (ended === undefined) return;
    ending.add(ended);
    void ended.then(() => ending.delete(ended));
  }

  /** One worker for each hook as it is in station.yaml now. */
  function follow(): void {
    for (const [name, { settings }] of workers) {
      if (!isDeepStrictEqual(hooks().get(name), settings)) endWorker(name);
    }
    for (const [name, settings] of hooks()) {
      if (workers.has(name)) continue;
      // Its old self may still be sending: two at a time would break the order.
      const before = [...ending];
      const worker = createHookWorker({
        ...options,
        name,
        settings,
        onChange: touch,
        ready: Promise.all(before),
      });
      workers.set(name, { worker, settings });
    }
    touch();
  }

  function known(name: string): Result<void> {
    if (hooks().has(name)) return ok();
    const tallies = outbox.tallies();
    if (!tallies.ok) return tallies;
    return tallies.value.some(({ hook }) => hook === name) ? ok() : fail('webhook-unknown', { hook: name });
  }

  /** Does something to a hook that is known, then shows it. */
  async function withHook<Value>(
    name: string,
    work: () => Promise<Result<Value>> | Result<Value>,
  ): Promise<Result<Value>> {
    const found = known(name);
    if (!found.ok) return found;
    const done = await work();
    workers.get(name)?.worker.wake();
    touch();
    return done;
  }

  const subscriptions = [
    outbox.added.subscribe(() => {
      for (const { worker } of workers.values()) worker.wake();
      touch();
    }),
    options.settingsChanged.subscribe(follow),
  ];
  follow();

  async function test(name: string): Promise<Result<{ status: number; milliseconds: number }>> {
    const settings = hooks().get(name);
    if (settings === undefined) return fail('webhook-unknown', { hook: name });
    const begun = clock.now();
    const message = testMessage(options.station(), begun);
    const sent: Sent = await sendMessage(settings, message, options, stopped.signal);
    return sent.ok
      ? ok({ status: sent.status, milliseconds: clock.now() - begun })
      : { ok: false, error: sent.error };
  }

  return {
    changes,
    faults() {
      // A station that stops has closed its records while some still look at it.
      if (stopped.signal.aborted) return [];
      const tallies = outbox.tallies();
      if (!tallies.ok) return [];
      return webhookFaults(tallies.value, hooks(), clock.now());
    },
    handlers: {
      'webhooks.list': () => Promise.resolve(ok({ hooks: views() })),
      'webhooks.deliveries': ({ hook, limit }) => {
        const found = known(hook);
        if (!found.ok) return Promise.resolve(found);
        const listed = outbox.list(hook, limit);
        return Promise.resolve(listed.ok ? ok({ deliveries: listed.value }) : listed);
      },
      'webhooks.retry': ({ hook }) => withHook(hook, () => outbox.ask(hook, clock.now())),
      'webhooks.drop': ({ hook, id }) =>
        withHook(hook, () => {
          const dropped = outbox.drop(hook, id);
          return dropped.ok ? ok({ dropped: dropped.value }) : dropped;
        }),
      'webhooks.test': ({ hook }) => withHook(hook, () => test(hook)),
      'webhooks.acknowledge': ({ hook }) => withHook(hook, () => outbox.acknowledge(hook)),
    },
    streams: {
      webhooks(_params, listener) {
        listener({ revision, hooks: views() });
        return lists.subscribe(listener);
      },
    },
    async stop() {
      stopped.abort();
      for (const subscription of subscriptions) subscription.dispose();
      for (const name of [...workers.keys()]) endWorker(name);
      await Promise.all(ending).catch(onDefect);
      list.dispose();
    },
  };
}
