import { fault, type Fault } from '../../../src-shared/model/result.js';
import type { StationFault } from '../../../src-shared/model/station.js';
import type { WebhookView } from '../../../src-shared/model/webhook.js';
import type { WebhookSettings } from '../config/webhook-config.js';
import type { HookTally } from '../records/outbox.js';
import type { HookWorker } from './hook-worker.js';

/** How long events may wait before it is a fault of the station, in ms: a receiver that restarts is none. */
const patience = 600_000;

const nothingYet = {
  waiting: 0,
  waitingBytes: 0,
  oldestAt: null,
  fault: null,
  nextDue: null,
  delivered: 0,
  deliveredAt: null,
  lost: 0,
  lostFrom: null,
  lostUntil: null,
  goneAt: null,
};

/** Every webhook of station.yaml, and every other for which something waits or was lost. */
export function hookViews(
  hooks: ReadonlyMap<string, WebhookSettings>,
  tallies: readonly HookTally[],
  stateOf: (name: string) => HookWorker['state'] | undefined,
  now: number,
): WebhookView[] {
  const orphans = tallies.filter(({ hook, waiting, lost }) => !hooks.has(hook) && waiting + lost > 0);
  return [...hooks.keys(), ...orphans.map(({ hook }) => hook)].map((name): WebhookView => {
    const settings = hooks.get(name);
    const tally = tallies.find(({ hook }) => hook === name) ?? nothingYet;
    const live = stateOf(name);
    const { goneAt, waiting, waitingBytes, oldestAt, delivered, deliveredAt, lost, lostFrom, lostUntil } =
      tally;
    const state = stateNow(settings, goneAt, live, waiting);
    const next = live?.pausedUntil ?? tally.nextDue ?? now;
    return {
      name,
      url: shownUrl(settings),
      events: settings?.events ?? [],
      state,
      ...{ waiting, waitingBytes, oldestAt, delivered, deliveredAt, lost, lostFrom, lostUntil },
      fault: waiting === 0 ? null : (live?.fault ?? tally.fault),
      nextAt: state === 'waiting' ? Math.max(now, next) : null,
    };
  });
}

function stateNow(
  settings: WebhookSettings | undefined,
  goneAt: number | null,
  live: HookWorker['state'] | undefined,
  waiting: number,
): WebhookView['state'] {
  if (settings === undefined) return 'removed';
  if (live?.delivering === true) return 'delivering';
  if (goneAt !== null) return 'gone';
  return waiting === 0 ? 'idle' : 'waiting';
}

/** Without its query, which can hold a secret. */
function shownUrl(settings: WebhookSettings | undefined): string {
  if (settings === undefined) return '';
  if (typeof settings.url !== 'string') return '•••';
  const { origin, pathname } = new URL(settings.url);
  return `${origin}${pathname}`;
}

/** What a person has to know of the outbox, one fault a hook: the worst. */
export function webhookFaults(
  tallies: readonly HookTally[],
  hooks: ReadonlyMap<string, WebhookSettings>,
  now: number,
): StationFault[] {
  return tallies.flatMap((tally): StationFault[] => {
    const found = faultOf(tally, hooks.has(tally.hook), now);
    return found === null ? [] : [{ source: `webhook ${tally.hook}`, ...found }];
  });
}

function faultOf(tally: HookTally, known: boolean, now: number): { since: number; fault: Fault } | null {
  const { hook, waiting, oldestAt, lost, lostUntil, goneAt } = tally;
  if (lost > 0) return { since: lostUntil ?? now, fault: fault('webhook-lost', { hook, count: lost }) };
  if (!known) return null;
  if (goneAt !== null) return { since: goneAt, fault: fault('webhook-gone', { hook, count: waiting }) };
  if (tally.fault === null || oldestAt === null || now - oldestAt < patience) return null;
  return { since: oldestAt, fault: fault('webhook-failing', { hook, count: waiting }, tally.fault.detail) };
}
