import { createSubscriber } from 'svelte/reactivity';

/** The time of day, once a second, for as long as something on the screen shows it. */
export class Ticker {
  readonly #subscribe = createSubscriber((update) => {
    const timer = setInterval(update, 1000);
    return () => clearInterval(timer);
  });

  /** Milliseconds since the epoch. */
  get now(): number {
    this.#subscribe();
    return Date.now();
  }
}
