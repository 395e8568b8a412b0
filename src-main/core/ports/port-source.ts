import type { Port } from '../../../src-shared/model/port.js';
import type { Fault } from '../../../src-shared/model/result.js';
import type { SyncDisposable } from '../disposable.js';
import type { EventStream } from '../emitter.js';

export type PortEvent =
  | { type: 'attached'; port: Port; /** When the node was seen, ms since the epoch. */ at: number }
  | { type: 'detached'; port: Port; at: number }
  /** The source stopped seeing ports; it restarts itself with back-off. `null` once it works again. */
  | { type: 'fault'; source: string; fault: Fault | null };

/**
 * One place where ports come from. `start` emits `attached` for every port that is there already and
 * resolves once it watches. It never gives up: what goes wrong is a `fault` event and a restart.
 * A node that is made anew under the same path while nobody looked is a `detached` and an `attached`.
 */
export interface PortSource extends SyncDisposable {
  readonly events: EventStream<PortEvent>;
  start(): Promise<void>;
  /** The ports that are there now. */
  list(): Port[];
}
