import type { LogLines } from '../../state/log-buffer.js';
import type { LogQuery } from './find-in.js';
import type { LogSearcher } from './log-searcher.js';

/** So many lines at a time that handing them over takes the page a millisecond or two. */
const batchLines = 2000;

/**
 * The lines in which something stands, while lines go on coming and the oldest are let go: only what is new is looked
 * at, a batch after the other, beside the page.
 */
export class LogFinder {
  /** Changes whenever what is found does. */
  version = $state(0);
  /** All lines so far have been looked at. */
  isDone = $state(false);
  /** It took too long and was given up. */
  isSlow = $state(false);
  readonly query: LogQuery;
  readonly #lines: LogLines;
  readonly #searcher: Pick<LogSearcher, 'find'>;
  #seqs: number[] = [];
  // Too many to be watched one by one: `version` tells.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #places = new Map<number, number[]>();
  #searchedTo = -1;
  #isBusy = false;
  #isDisposed = false;

  constructor(query: LogQuery, lines: LogLines, searcher: Pick<LogSearcher, 'find'>) {
    this.query = query;
    this.#lines = lines;
    this.#searcher = searcher;
  }

  /** Sequence numbers of the lines that match, ascending. */
  get matches(): readonly number[] {
    return this.#seqs;
  }

  /** Where it stands in the line with this number: pairs of beginning and end. */
  placesIn(seq: number): readonly number[] {
    return this.#places.get(seq) ?? [];
  }

  /** Lines came, or were let go. Resolves when those that are there now have been looked at. */
  async update(): Promise<void> {
    this.#letGo();
    if (this.#isBusy || this.query.text === '' || this.isSlow) return;
    this.#isBusy = true;
    for (;;) {
      const lines = this.#nextBatch();
      if (lines.length === 0) break;
      const found = await this.#searcher.find(
        this.query,
        lines.map(({ text }) => text),
      );
      if (this.#isDisposed) return;
      if (found === null) {
        this.isSlow = true;
        break;
      }
      lines.forEach(({ seq }, index) => {
        const places = found[index] ?? [];
        if (places.length === 0) return;
        this.#seqs.push(seq);
        this.#places.set(seq, places);
      });
      this.#searchedTo = lines.at(-1)?.seq ?? this.#searchedTo;
      this.version += 1;
    }
    this.#isBusy = false;
    this.isDone = true;
  }

  #nextBatch(): { seq: number; text: string }[] {
    const from = this.#lines.indexOf(this.#searchedTo + 1);
    const batch = [];
    for (let index = from; index < Math.min(this.#lines.length, from + batchLines); index += 1) {
      const line = this.#lines.at(index);
      if (line !== undefined) batch.push(line);
    }
    return batch;
  }

  #letGo(): void {
    const first = this.#lines.at(0)?.seq ?? 0;
    if ((this.#seqs[0] ?? first) >= first) return;
    const gone = this.#seqs.filter((seq) => seq < first);
    for (const seq of gone) this.#places.delete(seq);
    this.#seqs = this.#seqs.slice(gone.length);
    this.version += 1;
  }

  dispose(): void {
    this.#isDisposed = true;
  }
}

/** The match after (or before) the one that is shown; goes round at the ends. Null when there are none. */
export function stepMatch(matches: readonly number[], current: number | null, by: 1 | -1): number | null {
  if (matches.length === 0) return null;
  if (current === null) return (by === 1 ? matches[0] : matches.at(-1)) ?? null;
  const next = by === 1 ? matches.find((seq) => seq > current) : matches.findLast((seq) => seq < current);
  return next ?? (by === 1 ? matches[0] : matches.at(-1)) ?? null;
}

/** Where a match stands among all, counted from 1; 0 for what is none. */
export function placeAmong(matches: readonly number[], current: number | null): number {
  if (current === null) return 0;
  let low = 0;
  let high = matches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((matches[middle] ?? Infinity) < current) low = middle + 1;
    else high = middle;
  }
  return matches[low] === current ? low + 1 : 0;
}
