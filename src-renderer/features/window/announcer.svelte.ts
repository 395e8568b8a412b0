import type { EventMessage } from '../../../src-shared/contract.js';
import type { Client } from '../../client/client.js';

/** Kept short: a screen reader has read what is gone from the list. */
const kept = 4;

/** The verdicts that a screen reader is to say, oldest first. */
export class Announcer {
  verdicts: readonly EventMessage<'verdict'>[] = $state.raw([]);
  readonly #unsubscribe;

  constructor(client: Client) {
    this.#unsubscribe = client.subscribe('verdict', undefined, (verdict) => {
      const others = this.verdicts.filter(({ runId }) => runId !== verdict.runId);
      this.verdicts = [...others.slice(1 - kept), verdict];
    });
  }

  dispose(): void {
    this.#unsubscribe();
  }
}
