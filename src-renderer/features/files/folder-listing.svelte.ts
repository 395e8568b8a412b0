import type { FileEntry, FolderView } from '../../../src-shared/model/files.js';
import type { Fault } from '../../../src-shared/model/result.js';
import type { Client } from '../../client/client.js';

/** So many names that a page of them is drawn at once and few calls are needed for many. */
const pageNames = 1000;

/** One folder of a container: the first names at once, the rest page after page. */
export class FolderListing {
  /** What was read of the folder; null before the first answer, and after a refusal. */
  view: FolderView | null = $state.raw(null);
  entries: readonly FileEntry[] = $state.raw([]);
  fault: Fault | null = $state.raw(null);
  isLoading = $state(false);
  readonly #client: Client;
  #asked = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Resolves when all of it is there, another was asked for, or it was refused. */
  async load(container: string, path: string): Promise<void> {
    const mine = (this.#asked += 1);
    this.isLoading = true;
    const entries: FileEntry[] = [];
    for (let from = 0; ; from = entries.length) {
      const reply = await this.#client.call('files.list', { container, path, from, limit: pageNames });
      if (mine !== this.#asked) return;
      if (!reply.ok) {
        this.fault = reply.error;
        if (from === 0) {
          this.view = null;
          this.entries = [];
        }
        break;
      }
      entries.push(...reply.value.entries);
      this.view = reply.value;
      this.entries = [...entries];
      this.fault = null;
      if (reply.value.entries.length === 0 || entries.length >= reply.value.total) break;
    }
    this.isLoading = false;
  }

  clear(): void {
    this.#asked += 1;
    this.view = null;
    this.entries = [];
    this.fault = null;
    this.isLoading = false;
  }
}
