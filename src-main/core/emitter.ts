import type { SyncDisposable } from './disposable.js';

/** A typed stream of one kind of event. A listener that throws is a bug and is not caught here. */
export interface EventStream<Event> {
  subscribe(listener: (event: Event) => void): SyncDisposable;
}

export interface Emitter<Event> extends EventStream<Event> {
  emit(event: Event): void;
  /** How many listen now; tests assert that it comes back to none. */
  readonly listeners: number;
}

export function createEmitter<Event>(): Emitter<Event> {
  const listeners = new Set<{ listener: (event: Event) => void }>();
  return {
    emit(event) {
      for (const entry of [...listeners]) if (listeners.has(entry)) entry.listener(event);
    },
    subscribe(listener) {
      const entry = { listener };
      listeners.add(entry);
      return { dispose: () => void listeners.delete(entry) };
    },
    get listeners() {
      return listeners.size;
    },
  };
}
