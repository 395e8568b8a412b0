import type { RunRecord } from '../../../src-shared/model/run.js';
import type { WebhookEvent } from '../../../src-shared/model/webhook.js';
import type { WebhookSettings } from '../config/webhook-config.js';
import type { NewDelivery } from '../records/outbox.js';

export interface RunEventSource {
  hooks: ReadonlyMap<string, WebhookSettings>;
  station: { id: string; name: string; host: string };
  at: number;
  redact: (text: string) => string;
  newId: () => string;
}

/** What webhooks are told of a run that began or ended; docs/webhooks.md describes the body. */
export function deliveriesFor(event: WebhookEvent, run: RunRecord, source: RunEventSource): NewDelivery[] {
  const deliveries: NewDelivery[] = [];
  for (const [hook, { events, only }] of source.hooks) {
    if (!events.includes(event) || !isWanted(run, event, only)) continue;
    const id = source.newId();
    const message = {
      id,
      type: event,
      at: new Date(source.at).toISOString(),
      station: source.station,
      run: redacted(run, source.redact),
    };
    deliveries.push({ id, hook, event, body: JSON.stringify(message) });
  }
  return deliveries;
}

/** A run that begins has no verdict that could be wanted or not. */
function isWanted(run: RunRecord, event: WebhookEvent, only: WebhookSettings['only']): boolean {
  const { verdicts, recipes, models, bays } = only;
  return (
    (verdicts === undefined ||
      event !== 'run.ended' ||
      verdicts.some((verdict) => verdict === run.verdict)) &&
    (recipes === undefined || recipes.includes(run.recipe)) &&
    (models === undefined || models.includes(run.model)) &&
    (bays === undefined || bays.includes(run.bay))
  );
}

/** In each text by itself: a secret such as `true` must not break the JSON around it. */
function redacted(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((each) => redacted(each, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, redacted(each, redact)]));
}
