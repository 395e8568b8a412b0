import { app } from 'electron';
import type { Station, StationOptions } from '../core/station-api.js';
import { createSystemClock } from '../core/clock.js';
import { parseArguments } from './arguments.js';
import { hardenApp } from './hardening.js';
import { createLog } from './log.js';
import { placesIn } from './places.js';
import { described, prepareApp, refuseToStart } from './start-up.js';
import { openStationWindow } from './station-window.js';

export interface ShellOptions {
  readonly createStation: (options: StationOptions) => Station;
  /** The folder that holds `dist` and `assets`. */
  readonly root: string;
}

/**
 * The station with its window. To be called while the application's entry is being loaded: what it does
 * before its first wait has to be done before the application is ready.
 */
export async function runShell({ createStation, root }: ShellOptions): Promise<void> {
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
    const onDefect = (error: unknown): void => log.error('defect', { error: described(error) });
    const station = createStation({ home, environment: process.env, onDefect });
    const started = await station.start();
    if (!started.ok) {
      await refuseToStart(started.error, log);
      return;
    }

    const shown = openStationWindow({ station, home, kiosk, places: placesIn(root), navigation, clock, log });
    app.on('second-instance', () => shown.focus());
    app.on('activate', () => shown.focus());
    try {
      await shown.load();
    } catch (error) {
      await station.stop('leave-running');
      throw error;
    }
    log.info('window ready', { ms: Math.round(performance.now()) });
  } catch (error) {
    await refuseToStart(error, log);
  }
}
