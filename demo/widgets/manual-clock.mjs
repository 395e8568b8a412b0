/**
 * A clock that stands still until a test moves it.
 */
export function createManualClock() {
  let time = 0;
  let order = 0;
  /** @type {{ at: number, order: number, run: () => void }[]} */
  let waiting = [];

  /** @type {import('./clock.mjs').WidgetClock} */
  const clock = {
    now: () => time,
    after: (run, ms) => {
      const timer = { at: time + ms, order: (order += 1), run };
      waiting.push(timer);
      return () => {
        waiting = waiting.filter((one) => one !== timer);
      };
    },
  };

  return {
    clock,
    /** How many timers run: 0 once all is disposed. */
    get timers() {
      return waiting.length;
    },
    /** @param {number} ms how long, @param {number} [late] how late every timer fires */
    advance(ms, late = 0) {
      const end = time + ms;
      for (;;) {
        waiting.sort((one, other) => one.at - other.at || one.order - other.order);
        const next = waiting[0];
        if (!next || next.at + late > end) break;
        waiting.shift();
        time = Math.max(time, next.at + late);
        next.run();
      }
      time = end;
    },
  };
}
