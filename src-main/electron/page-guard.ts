import type { Clock } from '../core/clock.js';
import type { Log } from './log.js';

/** Within how long how many crashes are too many. */
const crashWindowMs = 60_000;
const crashLimit = 3;

/** As much of Electron's WebContents as is needed. */
export interface GuardedContents {
  on(event: 'render-process-gone', listener: (event: unknown, details: { reason: string }) => void): unknown;
  on(event: 'unresponsive', listener: () => void): unknown;
  reload(): void;
  forcefullyCrashRenderer(): void;
}

export interface PageGuardOptions {
  readonly contents: GuardedContents;
  readonly clock: Clock;
  readonly log: Log;
  /** The page crashes again and again: a person decides whether to try once more. */
  readonly askToReload: () => Promise<boolean>;
  /** The page hangs: a person decides whether to load it anew. */
  readonly askToInterrupt: () => Promise<boolean>;
  readonly onGone: () => void;
}

/** Brings the window's page back when it crashes; the station has noticed nothing. */
export function guardPage({
  contents,
  clock,
  log,
  askToReload,
  askToInterrupt,
  onGone,
}: PageGuardOptions): void {
  let crashes: number[] = [];
  contents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    log.error('the window page crashed', { reason });
    onGone();
    const now = clock.now();
    crashes = [...crashes.filter((at) => now - at < crashWindowMs), now];
    if (crashes.length < crashLimit) {
      contents.reload();
      return;
    }
    crashes = [];
    void askToReload().then((again) => {
      if (again) contents.reload();
    });
  });
  contents.on('unresponsive', () => {
    log.warn('the window page hangs');
    void askToInterrupt().then((interrupt) => {
      // A page that hangs answers no reload; its crash brings it back as any other does.
      if (interrupt) contents.forcefullyCrashRenderer();
    });
  });
}
