import type { Clock } from '../../clock.js';
import type { SyncDisposable } from '../../disposable.js';
import type { SerialPort } from '../serial-port.js';

/** Why no byte came. */
export type Silence = 'time-out' | 'cancelled' | 'closed';

/** What the other end of a transfer says, byte by byte. */
export interface Peer extends SyncDisposable {
  /** The next byte, or why there is none. */
  next(withinMs: number): Promise<number | Silence>;
  /** Forgets what has come and has not been asked for. */
  purge(): void;
  /** What has come and has not been asked for. */
  rest(): Buffer;
}

/** Listens to a port until it is disposed. */
export function createPeer(port: SerialPort, clock: Clock, signal: AbortSignal): Peer {
  let waiting: Buffer[] = [];
  let wake: (() => void) | null = null;
  let isClosed = !port.isOpen;
  const rouse = (): void => wake?.();
  const subscriptions = [
    port.data.subscribe((bytes) => {
      waiting.push(bytes);
      rouse();
    }),
    port.closed.subscribe(() => {
      isClosed = true;
      rouse();
    }),
  ];
  signal.addEventListener('abort', rouse);

  function take(): number | Silence | undefined {
    if (signal.aborted) return 'cancelled';
    const first = waiting[0];
    if (first !== undefined) {
      if (first.length === 1) waiting.shift();
      else waiting[0] = first.subarray(1);
      return first[0];
    }
    return isClosed ? 'closed' : undefined;
  }

  return {
    async next(withinMs) {
      const at = take();
      if (at !== undefined) return at;
      await new Promise<void>((resolve) => {
        const timer = clock.after(withinMs, () => wake?.());
        wake = () => {
          wake = null;
          timer.dispose();
          resolve();
        };
      });
      return take() ?? 'time-out';
    },
    purge: () => void (waiting = []),
    rest: () => Buffer.concat(waiting),
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
      signal.removeEventListener('abort', rouse);
      rouse();
    },
  };
}
