import type { Fault } from '../../../src-shared/model/result.js';

/** Something that the operator asked for did not happen. A bug has no fault to explain it. */
export interface Toast {
  readonly id: number;
  readonly fault: Fault | null;
  readonly timer: ReturnType<typeof setTimeout>;
}

const shownMs = 15_000;
const mostAtOnce = 3;

export class Toasts {
  list: readonly Toast[] = $state.raw([]);
  #last = 0;

  show(fault: Fault | null): void {
    this.#last += 1;
    const id = this.#last;
    const timer = setTimeout(() => this.dismiss(id), shownMs);
    for (const old of this.list.slice(0, Math.max(0, this.list.length - mostAtOnce + 1)))
      this.dismiss(old.id);
    this.list = [...this.list, { id, fault, timer }];
  }

  dismiss(id: number): void {
    for (const toast of this.list) if (toast.id === id) clearTimeout(toast.timer);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  dispose(): void {
    for (const { timer } of this.list) clearTimeout(timer);
  }
}
