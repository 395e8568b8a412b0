import type { Fault } from '../../../src-shared/model/result.js';
import type { Client } from '../../client/client.js';
import { LogBuffer } from '../../state/log-buffer.js';

const pageLines = 5000;
/** More lines than any flasher is known to write; of a longer log the end is kept. */
const mostLines = 200_000;

/** The whole log of one run, from the station's disk, page after page. */
export class RunLog {
  readonly lines = new LogBuffer(mostLines);
  version = $state(0);
  isLoading = $state(true);
  fault: Fault | null = $state.raw(null);
  #isDisposed = false;

  constructor(client: Client, runId: string) {
    void this.#load(client, runId);
  }

  dispose(): void {
    this.#isDisposed = true;
  }

  async #load(client: Client, runId: string): Promise<void> {
    let total = Infinity;
    for (let from = 0; from < total; from += pageLines) {
      const reply = await client.call('runs.log', { runId, from, limit: pageLines });
      if (this.#isDisposed) return;
      if (!reply.ok) {
        this.fault = reply.error;
        break;
      }
      ({ total } = reply.value);
      this.lines.append(reply.value.lines);
      this.version += 1;
    }
    this.isLoading = false;
  }
}
