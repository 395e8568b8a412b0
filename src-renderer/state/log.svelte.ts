import type { Client } from '../client/client.js';
import { createFrameTask, type Frames } from './frame.js';
import { LogBuffer } from './log-buffer.js';

/** As many lines as are kept to be drawn; all of them are on the station's disk. */
const keptLines = 5000;

/** The live log of one run. Lines go into a plain buffer at once; `version` says once a frame that there are new ones. */
export class LogMirror {
  readonly lines = new LogBuffer(keptLines);
  version = $state(0);
  readonly #frame;
  readonly #unsubscribe;

  constructor(client: Client, frames: Frames, runId: string) {
    this.#frame = createFrameTask(frames, () => (this.version += 1));
    this.#unsubscribe = client.subscribe('log', { runId }, (message) => {
      if (message.runId !== runId) return;
      this.lines.append(message.lines);
      this.#frame.request();
    });
  }

  dispose(): void {
    this.#unsubscribe();
    this.#frame.dispose();
  }
}
