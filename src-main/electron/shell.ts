import { app, dialog, ipcMain, nativeTheme, protocol, session as sessions } from 'electron';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createMessages, type Messages } from '../../src-shared/messages/messages.js';
import { ok } from '../../src-shared/model/result.js';
import type { Station, StationOptions } from '../core/station-api.js';
import { serveContract, type WindowHandlers } from '../ipc/serve.js';
import { schemePrivileges, serveWindow, windowOrigin } from './app-scheme.js';
import { parseArguments } from './arguments.js';
import { hardenApp } from './hardening.js';
import { createLog } from './log.js';
import { placesIn } from './places.js';
import { createMainWindow } from './window.js';
import { createWindowEvents } from './window-events.js';

export interface ShellOptions {
  readonly createStation: (options: StationOptions) => Station;
  /** The folder that holds `dist` and `assets`. */
  readonly root: string;
}

/** The station with its window. To be called while the application starts: schemes are registered before it is ready. */
export async function runShell({ createStation, root }: ShellOptions): Promise<void> {
  const log = createLog((line) => void process.stderr.write(line), Date.now);
  const { home, kiosk } = parseArguments(process.argv.slice(1), process.env);
  const places = placesIn(root);
  mkdirSync(join(home, 'electron'), { recursive: true });
  app.setPath('userData', join(home, 'electron'));
  // Whoever starts it as root has to leave the sandbox out; to ask for both ends every child process.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  protocol.registerSchemesAsPrivileged([schemePrivileges]);
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  const navigation = hardenApp(app, log);
  await app.whenReady();

  const station = createStation({ home, environment: process.env });
  const started = await station.start();
  if (!started.ok) {
    dialog.showErrorBox('Slipway', createMessages('en').what(started.error));
    app.exit(1);
    return;
  }
  let messages: Messages = createMessages(station.view().settings.locale);
  const windowEvents = createWindowEvents();
  const session = sessions.fromPartition('window');
  serveWindow(session.protocol, places.renderer);
  nativeTheme.themeSource = station.view().settings.theme;
  const stateFile = join(home, 'window.json');
  const main = createMainWindow({ session, places, navigation, kiosk, stateFile, log });
  const windowHandlers: WindowHandlers = {
    'panel.place': () => Promise.resolve(ok()),
    'panel.hide': () => Promise.resolve(ok()),
    'panel.reload': () => Promise.resolve(ok()),
    'panel.focus': () => Promise.resolve(ok()),
    'window.answerQuit': () => Promise.resolve(ok()),
    'window.chooseFolder': () => Promise.resolve({ ok: true, value: { folder: null } }),
    'window.zoom': ({ step }) => {
      main.changeZoom(step);
      return Promise.resolve(ok());
    },
  };
  serveContract({
    ipcMain,
    isTrusted: ({ sender, senderFrame }) =>
      sender === main.window.webContents &&
      senderFrame !== null &&
      senderFrame === sender.mainFrame &&
      senderFrame.origin === windowOrigin,
    station,
    windowHandlers,
    windowSubscribe: windowEvents.subscribe,
    messages: () => messages,
    log,
  });
  station.subscribe('station', undefined, ({ station: view }) => {
    if (messages.locale !== view.settings.locale) messages = createMessages(view.settings.locale);
    nativeTheme.themeSource = view.settings.theme;
  });
  app.on('second-instance', () => main.focus());
  main.window.on('closed', () => void station.stop('abort-runs').then(() => app.exit(0)));
  await main.load();
}
