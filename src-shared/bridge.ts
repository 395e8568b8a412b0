import type {
  CallInput,
  CallName,
  CallOutput,
  EventMessage,
  EventName,
  EventParams,
  Reply,
} from './contract.js';

/** The channels between a window and the shell: there are no others. */
export const channels = {
  call: 'slipway:call',
  subscribe: 'slipway:subscribe',
  unsubscribe: 'slipway:unsubscribe',
  /** The only one that the shell sends on: a subscription's id and one message of it. */
  event: 'slipway:event',
} as const;

/** All that the preload gives to the window's page, as `globalThis.slipway`. */
export interface SlipwayBridge {
  /** Expected failures are replies with `ok: false`; a rejection is a bug, and its cause is in the shell's log. */
  call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<Reply<CallOutput<Name>>>;
  /**
   * Listens until what it returns is called. The present state is replayed first where the contract says
   * so. Nothing arrives after the end of the subscription, and every subscription ends with its page.
   */
  subscribe<Name extends EventName>(
    name: Name,
    params: EventParams<Name>,
    listener: (message: EventMessage<Name>) => void,
  ): () => void;
  /**
   * The station's path of a file or folder that a person has dropped on the page; empty for what has none, as a
   * `File` that a script made up. The page can only ask about what it was handed.
   *
   * @param file a DOM `File`
   */
  pathOf(file: unknown): string;
}

declare global {
  var slipway: SlipwayBridge;
}
