import type { ShellRecord } from '../../src-shared/model/shell.js';
import type { Client } from '../client/client.js';

/** The shells of one bay: those whose terminal is there, and those of the past. */
export class ShellsMirror {
  /** Oldest first, as their tabs stand. Null until the station's first word. */
  open: readonly ShellRecord[] | null = $state.raw(null);
  /** Newest first, the open ones too. */
  past: readonly ShellRecord[] = $state.raw([]);
  readonly #unsubscribe;

  constructor(client: Client, bay: number) {
    this.#unsubscribe = client.subscribe('shells', undefined, ({ shells }) => {
      this.open = shells.filter((shell) => shell.bay === bay);
      void client.call('shells.list', { bay, limit: 30 }).then((reply) => {
        // What cannot be read now shows as a fault of the station.
        if (reply.ok) this.past = reply.value.shells;
      });
    });
  }

  dispose(): void {
    this.#unsubscribe();
  }
}
