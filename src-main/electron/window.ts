import { BrowserWindow, nativeTheme, screen, type Session } from 'electron';
import { windowOrigin } from './app-scheme.js';
import type { Navigation } from './hardening.js';
import type { Log } from './log.js';
import type { Places } from './places.js';
import { fitInto, loadWindowState, saveWindowState } from './window-state.js';
import { nextZoom } from './zoom.js';

/** The page's own background in either theme, so that nothing flashes before it is drawn. */
const background = { light: '#f4f5f6', dark: '#15181b' };
const minimum = { width: 1024, height: 640 };
const first = { width: 1360, height: 860 };

export interface MainWindowOptions {
  readonly session: Session;
  readonly places: Places;
  readonly navigation: Navigation;
  readonly kiosk: boolean;
  /** Where its place on the screen is kept. */
  readonly stateFile: string;
  readonly log: Log;
}

/** Chromium's ERR_ABORTED: another load took its place. */
const loadAborted = -3;

export interface MainWindow {
  readonly window: BrowserWindow;
  /** 1 is 100 %. */
  readonly zoom: number;
  changeZoom(step: 'in' | 'out' | 'reset'): void;
  /** Shows it as soon as its page has something to show. */
  show(): Promise<void>;
  /** In front of everything, out of the task bar, with the keyboard. */
  focus(): void;
  /** Remembers where it is. */
  save(): void;
  /**
   * Resolves once the page is there, though it crash or be loaded anew meanwhile, or once the window is gone.
   * Rejects when there is no such page to be had.
   */
  load(): Promise<void>;
}

function themeBackground(): string {
  return background[nativeTheme.shouldUseDarkColors ? 'dark' : 'light'];
}

/** The one window, hidden until `show`. */
export function createMainWindow(options: MainWindowOptions): MainWindow {
  const { session, places, navigation, kiosk, stateFile, log } = options;
  const state = loadWindowState(stateFile, log);
  const place =
    state.bounds === null ? first : fitInto(state.bounds, screen.getDisplayMatching(state.bounds).workArea);
  const window = new BrowserWindow({
    ...place,
    minWidth: minimum.width,
    minHeight: minimum.height,
    kiosk,
    show: false,
    icon: places.icon,
    backgroundColor: themeBackground(),
    webPreferences: {
      session,
      preload: places.preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  });
  const { webContents } = window;
  let zoom = state.zoom;

  navigation.allow(webContents, (url) => url.startsWith(`${windowOrigin}/`));

  const applyZoom = (): void => webContents.setZoomFactor(zoom);
  const save = (): void => {
    const bounds = kiosk ? state.bounds : window.getNormalBounds();
    saveWindowState(stateFile, { bounds, maximized: window.isMaximized(), zoom }, log);
  };
  nativeTheme.on('updated', () => window.setBackgroundColor(themeBackground()));
  const drawn = new Promise<void>((resolve) => window.once('ready-to-show', resolve));
  window.on('page-title-updated', (event) => event.preventDefault());
  webContents.on('did-finish-load', applyZoom);
  webContents.on('preload-error', (_event, _path, error) =>
    log.error('preload failed', { error: String(error) }),
  );

  return {
    window,
    get zoom() {
      return zoom;
    },
    changeZoom(step) {
      zoom = nextZoom(zoom, step);
      applyZoom();
    },
    async show() {
      await drawn;
      if (window.isDestroyed()) return;
      // To maximize a window shows it.
      if (state.maximized && !kiosk) window.maximize();
      else window.show();
    },
    focus() {
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    save,
    load: () =>
      new Promise((resolve, reject) => {
        webContents.once('did-finish-load', () => resolve());
        webContents.once('destroyed', resolve);
        webContents.on('did-fail-load', (_event, code, description, url, isMainFrame) => {
          if (isMainFrame && code !== loadAborted) reject(new Error(`${url}: ${description} (${code})`));
        });
        // What it rejects with is told above, or it was cut short by a crash or a reload: another one follows it.
        window.loadURL(`${windowOrigin}/index.html`).catch((error: unknown) => {
          log.warn('the page was not loaded at once', { error: String(error) });
        });
      }),
  };
}
