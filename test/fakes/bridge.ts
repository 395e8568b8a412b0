import type { SlipwayBridge } from '../../src-shared/bridge.js';
import type {
  CallInput,
  CallName,
  CallOutput,
  EventMessage,
  EventName,
  EventParams,
  Reply,
} from '../../src-shared/contract.js';

/** What the station would answer; a call that has no answer here is never answered. */
export type FakeAnswers = {
  [Name in CallName]?: (input: CallInput<Name>) => Reply<CallOutput<Name>>;
};

export interface FakeBridge extends SlipwayBridge {
  /** Every call so far, oldest first. */
  readonly calls: { name: CallName; input: unknown }[];
  /** How many listeners an event has now. */
  listeners(name: EventName): number;
  /** Sends a message to whoever listens; with `params`, to those alone who subscribed with the same. */
  send<Name extends EventName>(name: Name, message: EventMessage<Name>, params?: EventParams<Name>): void;
  /** Sends a message, and the same to everyone who listens later. `params` as in the subscription that gets it. */
  keep<Name extends EventName>(name: Name, params: EventParams<Name>, message: EventMessage<Name>): void;
}

/** A bridge without a shell behind it: the page's own tests and looks feed it. */
export function createFakeBridge(answers: FakeAnswers): FakeBridge {
  const calls: FakeBridge['calls'] = [];
  const listeners = new Map<EventName, Map<(message: never) => void, string>>();
  const kept = new Map<string, unknown>();
  /** As the real bridge: what the page gets is its own. */
  const copyOf = (message: unknown): never => structuredClone(message) as never;
  const keyOf = (name: EventName, params: unknown): string => `${name} ${JSON.stringify(params)}`;

  function send(name: EventName, message: unknown, params?: unknown): void {
    for (const [listener, key] of listeners.get(name) ?? []) {
      if (params === undefined || key === keyOf(name, params)) listener(copyOf(message));
    }
  }

  return {
    calls,
    listeners: (name) => listeners.get(name)?.size ?? 0,
    call(name, input) {
      calls.push({ name, input });
      const answer = answers[name] as ((input: unknown) => Reply<CallOutput<typeof name>>) | undefined;
      return answer === undefined ? new Promise(() => undefined) : Promise.resolve(answer(input));
    },
    subscribe(name, params, listener) {
      const all = listeners.get(name) ?? new Map<(message: never) => void, string>();
      listeners.set(name, all.set(listener, keyOf(name, params)));
      const message = kept.get(keyOf(name, params));
      if (message !== undefined) queueMicrotask(() => all.has(listener) && listener(copyOf(message)));
      return () => all.delete(listener);
    },
    pathOf: (file) => `/home/ana/${(file as { name: string }).name}`,
    send,
    keep(name, params, message) {
      kept.set(keyOf(name, params), message);
      send(name, message);
    },
  };
}
