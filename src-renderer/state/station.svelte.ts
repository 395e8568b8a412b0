import type { StationView } from '../../src-shared/model/station.js';
import type { Client } from '../client/client.js';

/** The station itself: settings, engine, faults, counters. Null until its first word. */
export class StationMirror {
  view: StationView | null = $state.raw(null);
  readonly #unsubscribe;

  constructor(client: Client) {
    this.#unsubscribe = client.subscribe('station', undefined, (message) => {
      this.view = message.station;
    });
  }

  dispose(): void {
    this.#unsubscribe();
  }
}
