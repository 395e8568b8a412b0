import type { Usage } from '../../../src-shared/model/container.js';

/** How far back the plots go, in ms. */
export const shownFor = 120_000;

/** The last two minutes of samples, as columns for a plot. A gap is a sample of nothing. */
export class UsageHistory {
  #samples: { at: number; usage: Usage | null }[] = [];

  get last(): Usage | null {
    return this.#samples.at(-1)?.usage ?? null;
  }

  add(usage: Usage): void {
    const last = this.#samples.at(-1);
    // The engine's clock was set back: what is older would stand on the right.
    if (last !== undefined && usage.at <= last.at) this.#samples = [];
    this.#samples.push({ at: usage.at, usage });
    const first = this.#samples.findIndex(({ at }) => at >= usage.at - shownFor);
    if (first > 0) this.#samples.splice(0, first);
  }

  /** Nobody looked, or there was nothing to see: the line is broken here. */
  breakOff(): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && last.usage !== null) this.#samples.push({ at: last.at + 1, usage: null });
  }

  clear(): void {
    this.#samples = [];
  }

  /** Seconds since the epoch, then one column for each of `values`. */
  columns(values: readonly ((usage: Usage) => number | null)[]): [number[], ...(number | null)[][]] {
    return [
      this.#samples.map(({ at }) => at / 1000),
      ...values.map((value) => this.#samples.map(({ usage }) => (usage === null ? null : value(usage)))),
    ];
  }
}
