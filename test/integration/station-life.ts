import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Line } from './station-harness.js';

/** Numbers from 0 to 1 that are the same for the same seed: a failure can be repeated. Mulberry32. */
export function createDice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** When the power goes: in the start, so long after the station was ready (ms), or so soon after it showed something. */
export type Moment =
  | { kind: 'starting'; ms: number }
  | { kind: 'later'; ms: number }
  | { kind: 'showing'; nth: number; ms: number };

/** A third of them at any time, half right at what the station does, the others while it starts. */
export function anyMoment(dice: () => number): Moment {
  const luck = dice();
  if (luck < 1 / 6) return { kind: 'starting', ms: dice() * 900 };
  if (luck < 1 / 2) return { kind: 'later', ms: dice() * 4000 };
  return { kind: 'showing', nth: 1 + Math.floor(dice() * 24), ms: dice() * 60 };
}

/** One life of the built station: a process that is killed, or is asked to stop. */
export interface Life {
  /** Resolves once the station is gone and all that it said has been heard. */
  over: Promise<{ code: number | null; signal: NodeJS.Signals | null; errors: string }>;
  stop(signal: 'SIGKILL' | 'SIGTERM'): void;
}

/** A station that shows nothing more is killed all the same. In ms. */
const patience = 6000;

/**
 * Starts the station in a home. Each whole line that it wrote is given to `onLine`; one that a kill cut off was
 * not said. Without a moment it lives until it is stopped.
 */
export function startLife(home: string, onLine: (line: Line) => void, moment?: Moment): Life {
  const child = spawn(process.execPath, ['bin/slipway.js', 'station', '--home', home, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LANG: 'en_US.UTF-8' },
  });
  const gone = new AbortController();
  const killAfter = (ms: number): void => {
    wait(ms, undefined, { signal: gone.signal }).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    );
  };
  let errors = '';
  let rest = '';
  let shown = -1;
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const each of lines) {
      const line = JSON.parse(each) as Line;
      if (line.type === 'ready') {
        shown = 0;
        if (moment?.kind === 'later') killAfter(moment.ms);
        if (moment?.kind === 'showing') killAfter(patience);
      } else if (shown >= 0) shown += 1;
      if (moment?.kind === 'showing' && shown === moment.nth) killAfter(moment.ms);
      onLine(line);
    }
  });
  if (moment?.kind === 'starting') killAfter(moment.ms);
  const over = once(child, 'close').then(() => {
    gone.abort();
    return { code: child.exitCode, signal: child.signalCode, errors };
  });
  return { over, stop: (signal) => void child.kill(signal) };
}
