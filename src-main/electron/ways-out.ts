import { app, powerMonitor, type BrowserWindow } from 'electron';
import type { Quit } from './quit.js';

/** The system does not wait for long when it shuts down, in ms. */
const shutdownLimitMs = 3000;

/** Every way that a person or the system has to end the application leads to the one that deals with the station. */
export function bindWaysOut(window: BrowserWindow, quit: Quit): void {
  const ask = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    quit.request();
  };
  window.on('close', ask);
  app.on('before-quit', ask);

  // As on the command line: whoever sends a signal is not there to answer.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => quit.now('abort-runs'));
  }

  // The containers outlive a shutdown no more than this does, but their records tell what happened.
  const leave = (): void => quit.now('leave-running', shutdownLimitMs);
  window.on('session-end', leave);
  // Electron's description leaves the event out of this listener's parameters.
  (powerMonitor as NodeJS.EventEmitter).on('shutdown', (event: { preventDefault(): void }) => {
    event.preventDefault();
    leave();
  });
}
