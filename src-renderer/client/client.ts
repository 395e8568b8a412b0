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
 * The client over the preload's bridge. What comes over it was parsed by the contract's schemas where it was sent
 * (`src-main/ipc/serve.ts`): to make them here, too, would hold up the first look at the station.
 */
export function createClient(bridge: SlipwayBridge): Client {
  return {
    call: (name, ...input) => bridge.call(name, input[0] as CallInput<typeof name>),
    subscribe: (name, params, listener) => bridge.subscribe(name, params, listener),
    pathOf: (file) => bridge.pathOf(file),
  };
}
