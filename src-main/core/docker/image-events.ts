import { StringDecoder } from 'node:string_decoder';
import { sleep, type Clock } from '../clock.js';
import { createEmitter, type EventStream } from '../emitter.js';
import type { Disposable } from '../disposable.js';
import type { Connection } from './connection.js';
import { eventSchema } from './schemas.js';
import { toReadable } from './to-readable.js';

/**
 * What changes which image a name stands for, or whether there is one. Source:
 * https://docs.docker.com/reference/cli/docker/system/events/#images
 */
const actions = ['delete', 'import', 'load', 'pull', 'tag', 'untag'];
/** The wait before the stream is asked for again, where it ended while the engine is still there; in ms. */
const pause = 2000;

/**
 * Says that images came, went or changed their names, whose ever they are: a recipe may name an image that
 * Slipway did not make. Says so too when it begins to listen, since nobody knows what was missed. A stream of its
 * own beside the containers' events: the engine cannot filter one stream by label for one type alone.
 */
export interface ImageEvents extends Disposable {
  readonly events: EventStream<void>;
  dispose(): Promise<void>;
}

export function createImageEvents({
  connection,
  clock,
}: {
  connection: Connection;
  clock: Clock;
}): ImageEvents {
  const events = createEmitter<void>();
  const disposed = new AbortController();
  const { signal } = disposed;
  connection.disposed.addEventListener('abort', () => disposed.abort(), { once: true });

  async function follow(): Promise<void> {
    while (await connection.whenReady(signal)) {
      const lasted = await readOnce();
      // The engine's own absence is waited for above; this is for a stream that it refuses or ends.
      if (!lasted) await sleep(clock, pause, signal);
    }
  }

  /** True when the stream began. */
  async function readOnce(): Promise<boolean> {
    const opened = await connection.call(async ({ docker, ended }, abortSignal) => {
      const filters = JSON.stringify({ type: ['image'], event: actions });
      return { stream: toReadable(await docker.getEvents({ filters, abortSignal })), ended };
    });
    if (!opened.ok) return false;
    const { stream, ended } = opened.value;
    events.emit();
    await new Promise<void>((resolve) => {
      const stop = (): void => void stream.destroy();
      const signals = [ended, signal];
      const read = linesOf((line) => {
        if (isImageEvent(line)) events.emit();
      });
      stream.on('data', read);
      stream.on('error', () => stop());
      stream.on('close', () => {
        for (const each of signals) each.removeEventListener('abort', stop);
        resolve();
      });
      stream.on('end', stop);
      for (const each of signals) each.addEventListener('abort', stop);
      if (signals.some((each) => each.aborted)) stop();
    });
    return ended.aborted;
  }

  const following = follow();
  return {
    events,
    async dispose() {
      disposed.abort();
      await following;
    },
  };
}

/** The longest line that an event may be, in characters. */
const longestLine = 1024 * 1024;

function linesOf(onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return (chunk) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) rest = '';
    for (const line of lines) if (line.trim() !== '') onLine(line);
  };
}

/** An engine that ignores the filter still says what is an image's event. */
function isImageEvent(line: string): boolean {
  try {
    const event = eventSchema.safeParse(JSON.parse(line)).data;
    return event?.type === 'image' && actions.includes(event.action);
  } catch {
    return false;
  }
}
