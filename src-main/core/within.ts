import type { Clock } from './clock.js';

/** Why work was given up before it was done. */
export class GivenUp extends Error {
  constructor(readonly reason: 'deadline' | 'aborted') {
    super(reason);
  }
}

/**
 * Does some work and gives it up, with `GivenUp`, when the signals abort or the time is over. The signal that
 * the work gets aborts then too, and what the work still does is nobody's concern any more: a library that
 * never answers (as when a connection breaks in the middle of an answer) holds nobody up.
 */
export async function within<Value>(
  limits: { clock: Clock; deadlineMs: number; signals: AbortSignal[] },
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const { clock, deadlineMs, signals } = limits;
  // Not AbortSignal.any: what it makes is kept by signals that live long.
  const controller = new AbortController();
  let giveUp: (reason: GivenUp) => void = () => undefined;
  const givenUp = new Promise<never>((_, reject) => (giveUp = reject));
  const stop = (reason: GivenUp['reason']): void => {
    giveUp(new GivenUp(reason));
    controller.abort();
  };
  const abort = (): void => stop('aborted');
  const timer = clock.after(deadlineMs, () => stop('deadline'));
  for (const signal of signals) signal.addEventListener('abort', abort, { once: true });
  try {
    if (signals.some((signal) => signal.aborted)) throw new GivenUp('aborted');
    return await Promise.race([work(controller.signal), givenUp]);
  } finally {
    timer.dispose();
    for (const signal of signals) signal.removeEventListener('abort', abort);
    // Nobody may be waiting for it any more.
    givenUp.catch(() => undefined);
  }
}
