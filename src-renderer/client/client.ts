import type { SlipwayBridge } from '../../src-shared/bridge.js';
import {
  events,
  type CallInput,
  type CallName,
  type CallOutput,
  type EventMessage,
  type EventName,
  type EventParams,
  type Reply,
} from '../../src-shared/contract.js';

/** A call without input is called without one. */
type InputOf<Name extends CallName> =
  undefined extends CallInput<Name> ? [input?: undefined] : [input: CallInput<Name>];

/** The contract as the page uses it. */
export interface Client {
  /** Expected failures are replies with `ok: false`; a rejection is a bug. */
  call<Name extends CallName>(name: Name, ...input: InputOf<Name>): Promise<Reply<CallOutput<Name>>>;
  /** Listens until what it returns is called. */
  subscribe<Name extends EventName>(
    name: Name,
    params: EventParams<Name>,
    listener: (message: EventMessage<Name>) => void,
  ): () => void;
  /** The station's path of a file that was dropped on the page; empty for what has none. */
  pathOf(file: File): string;
}

/**
 * The client over the preload's bridge. A message that its schema refuses is a bug of the station: it is
 * reported and left out, so that the window goes on drawing what it knows.
 */
export function createClient(bridge: SlipwayBridge, report: (bug: Error) => void): Client {
  return {
    call: (name, ...input) => bridge.call(name, input[0] as CallInput<typeof name>),
    subscribe(name, params, listener) {
      const schema = events[name].message;
      return bridge.subscribe(name, params, (message) => {
        const parsed = schema.safeParse(message);
        if (parsed.success) listener(parsed.data as EventMessage<typeof name>);
        else report(new Error(`The event ${name} is not as the contract says: ${parsed.error.message}`));
      });
    },
    pathOf: (file) => bridge.pathOf(file),
  };
}
