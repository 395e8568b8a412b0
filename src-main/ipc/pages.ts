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

/** One page, from its first question to its reload, crash or end; its subscriptions end with it. */
export interface Page {
  /** Opens a subscription, unless the page has gone meanwhile; one with the same id ends. */
  add(id: string, open: () => SyncDisposable): void;
  end(id: string): void;
}

export interface Pages extends SyncDisposable {
  /** The page that this window shows now. */
  of(sender: Sender): Page;
  readonly subscriptions: number;
}

interface WatchedPage extends Page {
  readonly subscriptions: number;
  readonly dispose: () => void;
}

export function createPages(): Pages {
  const pages = new Map<Sender, WatchedPage>();

  function watch(sender: Sender): WatchedPage {
    const page = createPage(() => {
      sender.removeListener('did-navigate', page.dispose);
      sender.removeListener('render-process-gone', page.dispose);
      sender.removeListener('destroyed', page.dispose);
      pages.delete(sender);
    });
    if (sender.isDestroyed()) {
      page.dispose();
      return page;
    }
    pages.set(sender, page);
    // A navigation that was committed, a reload among them; one that was refused leaves its page alive.
    sender.on('did-navigate', page.dispose);
    sender.on('render-process-gone', page.dispose);
    sender.on('destroyed', page.dispose);
    return page;
  }

  return {
    of: (sender) => pages.get(sender) ?? watch(sender),
    get subscriptions() {
      return [...pages.values()].reduce((sum, page) => sum + page.subscriptions, 0);
    },
    dispose() {
      for (const page of [...pages.values()]) page.dispose();
    },
  };
}

function createPage(onGone: () => void): WatchedPage {
  const subscriptions = new Map<string, SyncDisposable>();
  let isGone = false;

  function end(id: string): void {
    const subscription = subscriptions.get(id);
    subscriptions.delete(id);
    subscription?.dispose();
  }

  return {
    add(id, open) {
      end(id);
      if (!isGone) subscriptions.set(id, open());
    },
    end,
    get subscriptions() {
      return subscriptions.size;
    },
    dispose: () => {
      if (isGone) return;
      isGone = true;
      onGone();
      for (const id of [...subscriptions.keys()]) end(id);
    },
  };
}
