import type { LogLines } from '../../state/log-buffer.js';

/**
 * The lines in which something stands, while lines go on coming and the oldest are let go: only what is
 * new is looked at. Upper and lower case are the same.
 */
export class LogSearch {
  readonly query: string;
  /** Sequence numbers, ascending. */
  #matches: number[] = [];
  #searchedTo = -1;

  constructor(query: string) {
    this.query = query.toLowerCase();
  }

  /** Sequence numbers of the lines that match, ascending. */
  update(lines: LogLines): readonly number[] {
    if (this.query === '') return [];
    const first = lines.at(0)?.seq ?? 0;
    const gone = this.#matches.findIndex((seq) => seq >= first);
    if (gone !== 0) this.#matches = gone < 0 ? [] : this.#matches.slice(gone);
    for (let index = lines.indexOf(this.#searchedTo + 1); index < lines.length; index += 1) {
      const line = lines.at(index);
      if (line === undefined) break;
      if (line.text.toLowerCase().includes(this.query)) this.#matches.push(line.seq);
      this.#searchedTo = line.seq;
    }
    return this.#matches;
  }
}

/** The match after (or before) the one that is shown; goes round at the ends. Null when there are none. */
export function stepMatch(matches: readonly number[], current: number | null, by: 1 | -1): number | null {
  if (matches.length === 0) return null;
  if (current === null) return (by === 1 ? matches[0] : matches.at(-1)) ?? null;
  const next = by === 1 ? matches.find((seq) => seq > current) : matches.findLast((seq) => seq < current);
  return next ?? (by === 1 ? matches[0] : matches.at(-1)) ?? null;
}
