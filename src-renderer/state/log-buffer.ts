import type { LogLine } from '../../src-shared/model/run.js';

/** Lines of a log, oldest first, as a view draws them. */
export interface LogLines {
  /** Number of lines held. */
  readonly length: number;
  /** The line at this place, counted from 0 among the lines held. */
  at(index: number): LogLine | undefined;
  /** Where the line with this sequence number stands, or would stand. */
  indexOf(seq: number): number;
}

/** The last lines of a log: bounded, cheap to append to. Lines that came twice are kept once. */
export class LogBuffer implements LogLines {
  #lines: LogLine[] = [];
  /** Lines before this place were let go; cut off for good now and then, not at every line. */
  #start = 0;

  constructor(readonly capacity: number) {}

  get length(): number {
    return this.#lines.length - this.#start;
  }

  at(index: number): LogLine | undefined {
    return index < 0 ? undefined : this.#lines[this.#start + index];
  }

  append(lines: readonly LogLine[]): void {
    for (const line of lines) {
      const last = this.#lines.at(-1);
      if (last === undefined || line.seq > last.seq) this.#lines.push(line);
    }
    this.#start = Math.max(this.#start, this.#lines.length - this.capacity);
    if (this.#start > this.capacity) {
      this.#lines = this.#lines.slice(this.#start);
      this.#start = 0;
    }
  }

  indexOf(seq: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.at(middle)?.seq ?? Infinity) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
