// What the scripts print. Plain lines, no colours to strip, no cursor movement: the same text is
// read on a terminal and in a build log.

/**
 * Says one line to the person at the terminal. Everything a script tells goes to standard error's
 * neighbour, standard output, except where a script's output is meant for another program.
 * @param {string} line
 */
export function say(line = '') {
  process.stdout.write(`${line}\n`);
}

/**
 * Announces a step that may take a while.
 * @param {string} title
 */
export function step(title) {
  say(`\n== ${title}`);
}

/**
 * Says something the person should not miss, on standard error.
 * @param {string} line
 */
export function warn(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * How long something took, for people: `850 ms`, `12.3 s`, `2 min 05 s`.
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/**
 * A problem that a person can do something about. Scripts print its message without a stack trace.
 */
export class Trouble extends Error {
  /** @param {string} message what happened, why, and what to do */
  constructor(message) {
    super(message);
    this.name = 'Trouble';
  }
}
