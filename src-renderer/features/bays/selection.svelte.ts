import type { BaysMirror } from '../../state/bays.svelte.js';

/** The bay that the keys act upon: the one that was chosen last, or the first. */
export class Selection {
  readonly #bays: BaysMirror;
  #chosen = $state(0);
  /** Its number; undefined while there are no bays. */
  readonly bay: number | undefined = $derived.by(() => {
    const { list } = this.#bays;
    return (list.find((bay) => bay.number === this.#chosen) ?? list[0])?.number;
  });

  constructor(bays: BaysMirror) {
    this.#bays = bays;
  }

  choose(bay: number): void {
    this.#chosen = bay;
  }
}
