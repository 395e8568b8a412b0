import type { SyncDisposable } from '../core/disposable.js';

type PageEnd = 'did-navigate' | 'render-process-gone' | 'destroyed';
/** Electron declares an overload an event; this asks for each of them. */
type Listen<Event extends PageEnd> = (event: Event, listener: () => void) => unknown;
type ListenToEnds = Listen<'did-navigate'> & Listen<'render-process-gone'> & Listen<'destroyed'>;

/** As much of Electron's WebContents as a subscription needs, to reach its page and to end with it. */
export interface Sender {
  send(channel: string, ...values: unknown[]): void;
  isDestroyed(): boolean;
  readonly on: ListenToEnds;
  readonly removeListener: ListenToEnds;
}

/** Keeps what each page has subscribed to, and ends it with the page. */
export interface Pages extends SyncDisposable {
  /** Takes over the subscription; one with the same id ends. */
  add(sender: Sender, id: string, subscription: SyncDisposable): void;
  end(sender: Sender, id: string): void;
  readonly subscriptions: number;
}

interface Page {
  readonly subscriptions: Map<string, SyncDisposable>;
  readonly forget: () => void;
}

export function createPages(): Pages {
  const pages = new Map<Sender, Page>();

  function watch(sender: Sender): Page {
    const subscriptions = new Map<string, SyncDisposable>();
    const endAll = (): void => {
      const ended = [...subscriptions.values()];
      subscriptions.clear();
      for (const subscription of ended) subscription.dispose();
    };
    const forget = (): void => {
      sender.removeListener('did-navigate', endAll);
      sender.removeListener('render-process-gone', endAll);
      sender.removeListener('destroyed', forget);
      pages.delete(sender);
      endAll();
    };
    // A navigation that was committed, a reload among them; one that was refused leaves its page alive.
    sender.on('did-navigate', endAll);
    sender.on('render-process-gone', endAll);
    sender.on('destroyed', forget);
    const page = { subscriptions, forget };
    pages.set(sender, page);
    return page;
  }

  function end(sender: Sender, id: string): void {
    const subscriptions = pages.get(sender)?.subscriptions;
    const subscription = subscriptions?.get(id);
    subscriptions?.delete(id);
    subscription?.dispose();
  }

  return {
    add(sender, id, subscription) {
      end(sender, id);
      if (sender.isDestroyed()) {
        subscription.dispose();
        return;
      }
      (pages.get(sender) ?? watch(sender)).subscriptions.set(id, subscription);
    },
    end,
    get subscriptions() {
      return [...pages.values()].reduce((sum, page) => sum + page.subscriptions.size, 0);
    },
    dispose() {
      for (const page of [...pages.values()]) page.forget();
    },
  };
}
