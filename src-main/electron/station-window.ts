import { app, Menu, nativeTheme } from 'electron';
import { createMessages } from '../../src-shared/messages/messages.js';
import { ok } from '../../src-shared/model/result.js';
import type { Settings } from '../../src-shared/model/station.js';
import type { Clock } from '../core/clock.js';
import type { SyncDisposable } from '../core/disposable.js';
import type { Station } from '../core/station-api.js';
import type { Answering, WindowHandlers } from '../ipc/serve.js';
import { reloadOnChange } from './development.js';
import { createDialogs } from './dialogs.js';
import type { Navigation } from './hardening.js';
import type { Log } from './log.js';
import { menuTemplate } from './menu.js';
import { noticeVerdicts } from './notifications.js';
import { guardPage } from './page-guard.js';
import { createPanels } from './panels.js';
import type { Places } from './places.js';
import { createQuit, type Quit } from './quit.js';
import { createSystemNotifier } from './system-notifier.js';
import { bindWaysOut } from './ways-out.js';
import type { MainWindow } from './window.js';
import { createWindowEvents } from './window-events.js';

export interface StationWindowOptions {
  /** Started already. */
  readonly station: Station;
  readonly main: MainWindow;
  readonly kiosk: boolean;
  readonly places: Places;
  readonly navigation: Navigation;
  readonly clock: Clock;
  readonly log: Log;
  /** Told just before the application ends. */
  readonly onExit: () => void;
}

export interface StationWindow {
  /** What answers the window's page. */
  readonly answering: Answering;
  readonly quit: Quit;
}

/** Wires the window, its panels, its menu and its way out to a station that runs. */
export function connectWindow(options: StationWindowOptions): StationWindow {
  const { station, main, kiosk, places, navigation, clock, log, onExit } = options;
  const opened: SyncDisposable[] = [];
  let messages = createMessages(station.view().settings.locale);
  const { window } = main;
  const { webContents } = window;
  const { emitters, subscribe: windowSubscribe } = createWindowEvents();
  const dialogs = createDialogs(window, () => messages);
  const panels = createPanels({
    window,
    station,
    navigation,
    clock,
    log,
    messages: () => messages,
    onShortcut: (key) => emitters.shortcut.emit({ key }),
    zoom: () => main.zoom,
  });

  const quit = createQuit({
    station,
    askInWindow(running) {
      if (emitters.quitAsked.listeners === 0) return false;
      main.focus();
      emitters.quitAsked.emit({ running });
      return true;
    },
    askNatively: (running) => dialogs.askToQuit(running),
    pageIsAlive: () => webContents.executeJavaScript('0'),
    exit(code) {
      main.save();
      for (const each of opened.reverse()) each.dispose();
      onExit();
      app.exit(code);
    },
    clock,
    log,
  });

  function changeZoom(step: 'in' | 'out' | 'reset'): void {
    main.changeZoom(step);
    panels.refresh();
  }

  const windowHandlers: WindowHandlers = {
    'panel.place': (place) => Promise.resolve(panels.place(place)),
    'panel.hide': () => {
      panels.hide();
      return Promise.resolve(ok());
    },
    'panel.reload': ({ bay }) => Promise.resolve(panels.reload(bay)),
    'panel.focus': ({ bay }) => Promise.resolve(panels.focus(bay)),
    'window.answerQuit': ({ answer }) => {
      quit.answer(answer);
      return Promise.resolve(ok());
    },
    'window.chooseFolder': async ({ start }) => ok({ folder: await dialogs.chooseFolder(start) }),
    'window.chooseFile': async ({ start }) => ok({ file: await dialogs.chooseFile(start) }),
    'window.chooseFiles': async ({ start }) => ok({ files: await dialogs.chooseFiles(start) }),
    'window.chooseSaveFile': async ({ name }) => ok({ file: await dialogs.chooseSaveFile(name) }),
    'window.zoom': ({ step }) => {
      changeZoom(step);
      return Promise.resolve(ok());
    },
  };
  function setMenu(): void {
    const template = menuTemplate({
      messages,
      actions: {
        quit: () => quit.request(),
        zoom: changeZoom,
        shortcut: (key) => emitters.shortcut.emit({ key }),
        enterPanel: () => panels.focusShown(),
      },
      withDeveloperTools: !app.isPackaged,
      isMac: process.platform === 'darwin',
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
    // Its keys work without being seen. A menu that is set shows itself again.
    if (kiosk) window.setMenuBarVisibility(false);
  }

  function applySettings(changed: Settings): void {
    nativeTheme.themeSource = changed.theme;
    if (changed.locale !== messages.locale) {
      messages = createMessages(changed.locale);
      panels.refresh();
      setMenu();
    }
    const appName = messages.text('words.appName');
    window.setTitle(messages.text('shell.title', { station: changed.name, appName }));
  }

  guardPage({
    contents: webContents,
    clock,
    log,
    askToReload: () => dialogs.askToReload(),
    askToInterrupt: () => dialogs.askToInterrupt(),
    onGone: () => quit.pageIsGone(),
  });
  bindWaysOut(window, quit);
  setMenu();
  opened.push(
    panels,
    station.subscribe('station', undefined, ({ station: view }) => applySettings(view.settings)),
    noticeVerdicts({
      station,
      notifier: createSystemNotifier(places.icon, log),
      messages: () => messages,
      onClick(bay) {
        main.focus();
        emitters.bayChosen.emit({ bay });
      },
      log,
    }),
  );
  if (process.env['SLIPWAY_DEV'] === '1') opened.push(reloadOnChange(places.renderer, webContents, clock));

  return {
    quit,
    answering: { station, windowHandlers, windowSubscribe, messages: () => messages },
  };
}
