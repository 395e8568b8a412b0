import { app, ipcMain, session as sessions } from 'electron';
import { join } from 'node:path';
import { createSystemClock, sleep } from '../core/clock.js';
import type { Station, StationOptions } from '../core/station-api.js';
import { serveContract, type Answering } from '../ipc/serve.js';
import { serveWindow, windowOrigin } from './app-scheme.js';
import { parseArguments } from './arguments.js';
import { hardenApp } from './hardening.js';
import { createLog, type Log } from './log.js';
import { placesIn } from './places.js';
import { described, prepareApp, refuseToStart } from './start-up.js';
import { connectWindow } from './station-window.js';
import { createMainWindow, type MainWindow } from './window.js';

/** How long the engine's client waits for a window that does not come, in ms: what runs there is not left alone for it. */
const longestWaitForWindow = 5000;

export interface ShellOptions {
  /** The station's code. It is loaded while the window's page makes itself ready. */
  readonly loadStation: () => Promise<(options: StationOptions) => Station>;
  /** The folder that holds `dist` and `assets`. */
  readonly root: string;
}

/**
 * The station with its window. To be called while the application's entry is being loaded: what it does
 * before its first wait has to be done before the application is ready.
 */
export async function runShell({ loadStation, root }: ShellOptions): Promise<void> {
  const log = createLog((line) => void process.stderr.write(line), Date.now);
  const clock = createSystemClock();
  const { home, kiosk } = parseArguments(process.argv.slice(1), process.env);
  const { isFirst, problem } = prepareApp(home);
  if (!isFirst) {
    log.info('this home has a window already', { home });
    app.exit(0);
    return;
  }
  const navigation = hardenApp(app, log);
  // One bay's bug is no reason to take the others' flashes away: it is logged, and the station goes on.
  process.on('uncaughtException', (error) => log.error('uncaught', { error: described(error) }));

  try {
    await app.whenReady();
    if (problem !== null) {
      await refuseToStart(problem, log);
      return;
    }
    const places = placesIn(root);
    const session = sessions.fromPartition('window', { cache: false });
    const scriptsServed = serveWindow(session.protocol, places.renderer, clock);
    const stateFile = join(home, 'window.json');
    const main = createMainWindow({ session, places, navigation, kiosk, stateFile, log });
    const contract = answerWindow(main, log);
    const loading = main.load().then(
      () => null,
      (error: unknown) => ({ error }),
    );

    // To load the station's code and to start it blocks this process for a while: the page gets its scripts first and
    // makes itself ready beside it. A page that cannot be had is no reason to wait.
    await Promise.race([scriptsServed, loading]);
    const createStation = await loadStation();
    const onDefect = (error: unknown): void => log.error('defect', { error: described(error) });
    const shown = new AbortController();
    const engineAfter = sleep(clock, longestWaitForWindow, shown.signal);
    const station = createStation({ home, environment: process.env, onDefect, engineAfter });
    const started = await station.start();
    if (!started.ok) {
      await refuseToStart(started.error, log);
      return;
    }
    const { answering, quit } = connectWindow({
      station,
      main,
      kiosk,
      places,
      navigation,
      clock,
      log,
      onExit: contract.dispose,
    });
    contract.begin(answering);
    app.on('second-instance', () => main.focus());
    app.on('activate', () => main.focus());

    const failure = await loading;
    // A window that is closed before its page is there has nothing to load any more.
    if (quit.isUnderWay) return;
    if (failure !== null) {
      await station.stop('leave-running');
      throw failure.error;
    }
    await main.show();
    shown.abort();
    log.info('window ready', { ms: Math.round(performance.now()) });
  } catch (error) {
    await refuseToStart(error, log);
  }
}

/** Takes the questions of the window's own page, and answers them once `begin` says who does. */
function answerWindow(
  { window }: MainWindow,
  log: Log,
): { begin: (answering: Answering) => void; dispose: () => void } {
  let begin: (answering: Answering) => void = () => undefined;
  const { webContents } = window;
  const contract = serveContract({
    ipcMain,
    isTrusted: ({ sender, senderFrame }) =>
      sender === webContents &&
      senderFrame !== null &&
      senderFrame === sender.mainFrame &&
      senderFrame.origin === windowOrigin,
    answering: new Promise((resolve) => {
      begin = resolve;
    }),
    log,
  });
  return { begin: (answering) => begin(answering), dispose: () => contract.dispose() };
}
