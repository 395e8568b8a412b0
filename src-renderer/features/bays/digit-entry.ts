/** How long a second digit still belongs to the first, in ms. */
const pauseMs = 900;

/**
 * Bays are chosen by their number. The first digit chooses at once; a second one that follows soon makes
 * the number longer, where there is such a bay.
 */
export class DigitEntry {
  #typed = '';
  #lastAt = 0;

  /** The bay that is meant now; undefined when there is none of that number. */
  press(digit: string, at: number, exists: (bay: number) => boolean): number | undefined {
    const longer = at - this.#lastAt <= pauseMs ? this.#typed + digit : digit;
    const typed = exists(Number(longer)) ? longer : digit;
    this.#typed = typed;
    this.#lastAt = at;
    const bay = Number(typed);
    return exists(bay) ? bay : undefined;
  }
}
