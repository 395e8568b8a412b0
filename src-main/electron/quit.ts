import type { quitAnswers } from '../../src-shared/contract.js';
import type { Clock } from '../core/clock.js';
import type { Station, StopMode } from '../core/station-api.js';
import type { Log } from './log.js';

export type QuitAnswer = (typeof quitAnswers)[number];

/** How long the station may take to deal with its containers, in ms. */
const stopLimitMs = 60_000;
/** How long a page may take to say that it is alive, in ms. */
const pageLimitMs = 3000;

export interface QuitOptions {
  readonly station: Pick<Station, 'bays' | 'stop'>;
  /** Asks in the window. False when no page listens. */
  readonly askInWindow: (running: number[]) => boolean;
  /** Asks by a dialog of the system, for when the page cannot. */
  readonly askNatively: (running: number[]) => Promise<QuitAnswer>;
  /** Resolves when the page answers; not while it hangs. */
  readonly pageIsAlive: () => Promise<unknown>;
  readonly exit: (code: number) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** The one way out: nothing ends the station but this. */
export interface Quit {
  /** A person wants to leave: is asked first when units are being flashed. */
  request(): void;
  /** What the person answered in the window. Without a question it does nothing. */
  answer(answer: QuitAnswer): void;
  /** The page that was to ask has gone. */
  pageIsGone(): void;
  /** Leaves without a question; 1 is the exit code when the station does not stop within `limitMs`. */
  now(mode: StopMode, limitMs?: number): void;
  /** True once it is settled that the application ends: what fails from then on is no failure. */
  readonly isUnderWay: boolean;
}

export function createQuit(options: QuitOptions): Quit {
  const { station, askInWindow, askNatively, pageIsAlive, exit, clock, log } = options;
  let state: 'open' | 'asking' | 'asking natively' | 'stopping' = 'open';

  const running = (): number[] =>
    station
      .bays()
      .filter(({ status }) => status === 'running')
      .map(({ number }) => number);

  function now(mode: StopMode, limitMs = stopLimitMs): void {
    if (state === 'stopping') return;
    state = 'stopping';
    log.info('stopping', { mode });
    const limit = clock.after(limitMs, () => {
      log.error('the station did not stop in time', { limitMs });
      exit(1);
    });
    station.stop(mode).then(
      () => {
        limit.dispose();
        exit(0);
      },
      (error: unknown) => {
        limit.dispose();
        log.error('the station did not stop', { error: String(error) });
        exit(1);
      },
    );
  }

  function settle(answer: QuitAnswer): void {
    if (answer === 'stay') state = 'open';
    else now(answer);
  }

  function askBySystem(bays: number[]): void {
    state = 'asking natively';
    void askNatively(bays).then((answer) => {
      if (state === 'asking natively') settle(answer);
    });
  }

  function ask(bays: number[]): void {
    state = 'asking';
    if (!askInWindow(bays)) {
      askBySystem(bays);
      return;
    }
    const limit = clock.after(pageLimitMs, () => {
      if (state === 'asking') askBySystem(running());
    });
    pageIsAlive().then(
      () => limit.dispose(),
      (error: unknown) => log.warn('the page was not asked', { error: String(error) }),
    );
  }

  return {
    request() {
      if (state === 'stopping' || state === 'asking natively') return;
      const bays = running();
      // Nothing to ask about; a run that begins in this very moment must not be left behind unasked.
      if (bays.length === 0) now('abort-runs');
      else ask(bays);
    },
    answer(answer) {
      if (state === 'asking') settle(answer);
    },
    pageIsGone() {
      if (state === 'asking') askBySystem(running());
    },
    now,
    get isUnderWay() {
      return state === 'stopping';
    },
  };
}
