import { sleep, type Clock } from '../clock.js';
import type { Recipe } from '../recipes/schema.js';
import type { PanelClient } from './panel-client.js';
import { polledPaths, readAnswer, type Finding } from './signs.js';

/**
 * Asks the panel again and again until the signal aborts, and tells what it finds. An answer that does not
 * come, or is no JSON, is passed over: the stall and the time-out of the recipe end a flasher that is gone.
 */
export async function pollPanel(options: {
  client: PanelClient;
  clock: Clock;
  flash: Recipe['flash'];
  port: number;
  signal: AbortSignal;
  onFinding: (finding: Finding) => void;
}): Promise<void> {
  const { client, clock, flash, port, signal, onFinding } = options;

  async function pollPath(path: string, everyMs: number): Promise<void> {
    const stopped = (): boolean => signal.aborted;
    while (!stopped()) {
      const reply = await client.request(port, path, { signal });
      if (stopped()) return;
      if (reply.kind === 'answered' && reply.status < 400) {
        const answer = parseJson(reply.body);
        if (answer !== undefined) onFinding(readAnswer(flash, path, answer));
      }
      if (!(await sleep(clock, everyMs, signal))) return;
    }
  }

  await Promise.all(polledPaths(flash).map(({ path, everyMs }) => pollPath(path, everyMs)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A panel that shows an error page for a moment; the next answer is asked for anyway.
    return undefined;
  }
}
