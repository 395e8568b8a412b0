/**
 * The time a widget lives by. Tests hand in one they move by hand.
 *
 * @typedef {object} WidgetClock
 * @property {() => number} now milliseconds, monotonic
 * @property {(run: () => void, ms: number) => () => void} after runs once, later; the returned function calls it off
 */

/** @type {WidgetClock} */
export const realClock = {
  now: () => performance.now(),
  after: (run, ms) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
