import type { ConsoleView } from '../../src-shared/model/console.js';
import type { Client } from '../client/client.js';

/** The serial console of one bay, as the station tells it. */
export class ConsoleMirror {
  view: ConsoleView | null = $state.raw(null);
  readonly #unsubscribe;

  constructor(client: Client, bay: number) {
    this.#unsubscribe = client.subscribe('console', { bay }, (message) => {
      this.view = message.console;
    });
  }

  dispose(): void {
    this.#unsubscribe();
  }
}
