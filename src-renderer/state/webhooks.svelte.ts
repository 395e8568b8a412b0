import type { WebhookView } from '../../src-shared/model/webhook.js';
import type { Client } from '../client/client.js';

/** The webhooks and their outbox. Null until the station's first word. */
export class WebhooksMirror {
  list: readonly WebhookView[] | null = $state.raw(null);
  readonly #unsubscribe;

  constructor(client: Client) {
    this.#unsubscribe = client.subscribe('webhooks', undefined, ({ hooks }) => {
      this.list = hooks;
    });
  }

  dispose(): void {
    this.#unsubscribe();
  }
}
