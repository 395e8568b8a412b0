import type { UsageMessage } from '../../../src-shared/model/container.js';
import type { Client } from '../../client/client.js';
import { UsageHistory } from './usage-history.js';

/** What a bay's container uses, while the window can be seen: a hidden one asks for nothing. */
export class UsageMirror {
  readonly history = new UsageHistory();
  /** The last word of the station; null before the first. */
  state: UsageMessage | null = $state.raw(null);
  /** Changes with every sample. */
  version = $state(0);
  readonly #client: Client;
  readonly #document: Document;
  readonly #bay: number;
  #container: string | null = null;
  #unsubscribe: (() => void) | null = null;
  readonly #onVisibility = (): void => this.#look();

  constructor(client: Client, document: Document, bay: number) {
    this.#client = client;
    this.#document = document;
    this.#bay = bay;
    document.addEventListener('visibilitychange', this.#onVisibility);
    this.#look();
  }

  dispose(): void {
    this.#document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }

  #look(): void {
    if (this.#document.hidden) {
      this.#unsubscribe?.();
      this.#unsubscribe = null;
      this.history.breakOff();
    } else {
      this.#unsubscribe ??= this.#client.subscribe('containerStats', { bay: this.#bay }, (message) =>
        this.#take(message),
      );
    }
  }

  #take(message: UsageMessage): void {
    this.state = message;
    if (message.kind === 'sample') {
      if (this.#container !== message.containerId) this.history.clear();
      this.#container = message.containerId;
      this.history.add(message.usage);
    } else {
      this.history.breakOff();
    }
    this.version += 1;
  }
}
