import { WebContentsView, type BrowserWindow, type Rectangle } from 'electron';
import type { Clock } from '../core/clock.js';
import type { SyncDisposable } from '../core/disposable.js';
import type { Navigation } from './hardening.js';
import type { Log } from './log.js';
import { panelKeyMeaning } from './panel-keys.js';
import { panelOrigin } from './panel-origin.js';
import type { PanelSession } from './panel-session.js';
import { retryResponse, retryUrl } from './retry-page.js';
import type { EventMessage } from '../../src-shared/contract.js';
import type { Messages } from '../../src-shared/messages/messages.js';

/** How long between two questions whether the panel answers by now, in ms. */
const probeEveryMs = 1000;
/** A page that crashes Chromium would do so again at once. */
const afterCrashMs = 5000;
const probeLimitMs = 3000;
/** Chromium's ERR_ABORTED: a download, an empty answer, a load that another one replaced. */
const aborted = -3;

export interface PanelOptions {
  readonly bay: number;
  readonly port: number;
  readonly window: BrowserWindow;
  readonly panelSession: PanelSession;
  readonly navigation: Navigation;
  readonly clock: Clock;
  readonly log: Log;
  readonly messages: () => Messages;
  /** Whether the run goes on: only then is the panel asked again by itself. */
  readonly isRunning: () => boolean;
  readonly onShortcut: (key: EventMessage<'shortcut'>['key']) => void;
}

/** The flasher's own page in a view of its own. */
export interface Panel extends SyncDisposable {
  /** Device-independent pixels of the window's content. */
  show(bounds: Rectangle, zoom: number): void;
  hide(): void;
  reload(): void;
  focus(): void;
  /** The language has changed. */
  redraw(): void;
}

export function createPanel(options: PanelOptions): Panel {
  const { bay, port, window, panelSession, navigation, clock, log, messages, isRunning, onShortcut } =
    options;
  const origin = panelOrigin(port);
  const view = new WebContentsView({
    webPreferences: {
      session: panelSession.session,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
      focusOnNavigation: false,
      // An alert of the flasher's page must not stand before the whole station.
      disableDialogs: true,
    },
  });
  const contents = view.webContents;
  const disposal = new AbortController();
  let isWanted = false;
  /** From a failure until the panel's own page is back. */
  let isLost = false;
  /** Between a failure and the retry page, Chromium's own error page would show. */
  let isFailing = false;
  let zoom = 1;
  /** Whether the panel had the keyboard before it went to another page. */
  let hadFocus = false;
  let nextProbe: SyncDisposable | undefined;

  const applyVisibility = (): void => view.setVisible(isWanted && !isFailing);

  function load(url: string): void {
    if (disposal.signal.aborted) return;
    // A load that fails is told by did-fail-load, with what is to be done about it.
    contents.loadURL(url).catch(() => undefined);
  }

  function showRetryPage(waitMs: number): void {
    isLost = true;
    isFailing = true;
    applyVisibility();
    load(retryUrl);
    probeAfter(waitMs);
  }

  function probeAfter(waitMs: number): void {
    nextProbe?.dispose();
    nextProbe = clock.after(waitMs, () => void probe());
  }

  async function probe(): Promise<void> {
    if (!isLost || !isRunning()) return;
    const limit = new AbortController();
    const stop = (): void => limit.abort();
    const timer = clock.after(probeLimitMs, stop);
    disposal.signal.addEventListener('abort', stop, { once: true });
    const answered = await panelSession.probe(origin.url, limit.signal);
    timer.dispose();
    disposal.signal.removeEventListener('abort', stop);
    if (disposal.signal.aborted) return;
    if (answered) load(origin.url);
    else probeAfter(probeEveryMs);
  }

  navigation.allow(contents, (url) => origin.permitsPage(url));
  view.setBackgroundColor('#ffffff');
  view.setVisible(false);
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  contents.on('did-fail-load', (_event, code, reason, url, isMainFrame) => {
    if (!isMainFrame || code === aborted || disposal.signal.aborted) return;
    log.warn('panel did not load', { bay, reason });
    if (url !== retryUrl) showRetryPage(probeEveryMs);
  });
  contents.on('render-process-gone', (_event, { reason }) => {
    if (disposal.signal.aborted) return;
    log.error('panel page crashed', { bay, reason });
    showRetryPage(afterCrashMs);
  });
  contents.on('did-start-navigation', ({ isMainFrame }) => {
    if (isMainFrame) hadFocus = contents.isFocused();
  });
  contents.on('did-navigate', (_event, url) => {
    // Where Electron does not know focusOnNavigation, a page takes the keyboard from whoever has it.
    if (!hadFocus && contents.isFocused()) window.webContents.focus();
    contents.setZoomFactor(zoom);
    isFailing = false;
    isLost = url === retryUrl;
    if (!isLost) nextProbe?.dispose();
    applyVisibility();
  });
  contents.on('will-prevent-unload', (event) => event.preventDefault());
  contents.on('before-input-event', (event, input) => {
    const meaning = panelKeyMeaning(input);
    if (meaning === undefined) return;
    event.preventDefault();
    window.webContents.focus();
    if (meaning !== 'leave') onShortcut(meaning);
  });
  window.contentView.addChildView(view);

  const page = (): Response =>
    retryResponse({ bay, panelUrl: origin.url, isAutomatic: isRunning() }, messages());
  void panelSession.confine(origin, page).then(() => load(origin.url));

  return {
    show(bounds, factor) {
      isWanted = true;
      view.setBounds(bounds);
      if (factor !== zoom) {
        zoom = factor;
        contents.setZoomFactor(zoom);
      }
      applyVisibility();
    },
    hide() {
      if (!isWanted) return;
      isWanted = false;
      const isLeft = contents.isFocused();
      applyVisibility();
      if (isLeft) window.webContents.focus();
    },
    reload() {
      if (isLost) load(origin.url);
      else contents.reload();
    },
    focus: () => contents.focus(),
    redraw() {
      if (isLost) load(retryUrl);
    },
    dispose() {
      if (disposal.signal.aborted) return;
      disposal.abort();
      nextProbe?.dispose();
      if (!window.isDestroyed()) {
        const isLeft = contents.isFocused();
        window.contentView.removeChildView(view);
        if (isLeft) window.webContents.focus();
      }
      contents.close();
      panelSession.empty();
    },
  };
}
