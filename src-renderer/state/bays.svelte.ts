import type { BayView } from '../../src-shared/model/bay.js';
import type { Client } from '../client/client.js';
import { createFrameTask, type Frames } from './frame.js';

/** One bay. Each has a state of its own, so that a line of progress in bay 3 redraws bay 3 alone. */
export class BayMirror {
  readonly number: number;
  view: BayView;

  constructor(view: BayView) {
    this.number = view.number;
    this.view = $state.raw(view);
  }
}

/** The bays as the station last described them, at most one change of each a frame. */
export class BaysMirror {
  /** In the order of their numbers. */
  list: readonly BayMirror[] = $state.raw([]);
  /** True once the station has described its bays for the first time. */
  loaded = $state(false);
  /** By number; the latest wins. */
  #pending: Record<number, BayView> = {};
  readonly #frame;
  readonly #unsubscribe;

  constructor(client: Client, frames: Frames) {
    this.#frame = createFrameTask(frames, () => this.#flush());
    this.#unsubscribe = client.subscribe('bays', undefined, (message) => {
      if (message.kind === 'bays') {
        this.#frame.dispose();
        this.#pending = {};
        this.#replace(message.bays);
      } else {
        this.#pending[message.bay.number] = message.bay;
        this.#frame.request();
      }
    });
  }

  find(number: number): BayMirror | undefined {
    return this.list.find((bay) => bay.number === number);
  }

  dispose(): void {
    this.#unsubscribe();
    this.#frame.dispose();
  }

  #replace(views: readonly BayView[]): void {
    this.list = views
      .map((view) => {
        const known = this.find(view.number);
        if (known === undefined) return new BayMirror(view);
        known.view = view;
        return known;
      })
      .sort((a, b) => a.number - b.number);
    this.loaded = true;
  }

  #flush(): void {
    for (const view of Object.values(this.#pending)) {
      const known = this.find(view.number);
      if (known === undefined) {
        this.list = [...this.list, new BayMirror(view)].sort((a, b) => a.number - b.number);
      } else {
        known.view = view;
      }
    }
    this.#pending = {};
  }
}
