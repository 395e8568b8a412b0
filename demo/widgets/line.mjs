/**
 * One direction of a serial line: bytes go in as fast as anyone likes and come out at the line's
 * speed, ten bits a byte (start, eight, stop).
 *
 * A timer in Node fires a millisecond late or more, so the rate is kept by a token bucket rather
 * than by the timer: what a late wake-up lost is made good, and never more than `creditMs` of it.
 * The rate over any longer time is therefore exact, with few wake-ups.
 *
 * @param {object} options
 * @param {number} options.baud bits a second
 * @param {import('./clock.mjs').WidgetClock} options.clock
 * @param {(bytes: Buffer) => void} options.deliver called with what has arrived
 * @param {number} [options.creditMs] how much lost time can be made good
 * @param {number} [options.tickMs] how often a long transfer is handed over in parts
 */
export function createLine({ baud, clock, deliver, creditMs = 10, tickMs = 40 }) {
  const msPerByte = 10_000 / baud;
  /** @type {Buffer[]} */
  let waiting = [];
  let waitingBytes = 0;
  let freeAt = clock.now();
  /** @type {(() => void) | null} */
  let cancelTimer = null;
  let closed = false;

  /** @param {number} count @returns {Buffer} */
  function take(count) {
    const all = Buffer.concat(waiting);
    const taken = all.subarray(0, count);
    const rest = all.subarray(count);
    waiting = rest.length > 0 ? [rest] : [];
    waitingBytes = rest.length;
    return taken;
  }

  function handOver() {
    cancelTimer = null;
    if (closed) return;
    // The tiny addition keeps a byte that is due exactly now from being put off by rounding.
    const due = Math.min(waitingBytes, Math.floor((clock.now() - freeAt) / msPerByte + 1e-6));
    if (due > 0) {
      freeAt += due * msPerByte;
      deliver(take(due));
    }
    schedule();
  }

  function schedule() {
    if (closed || cancelTimer !== null || waitingBytes === 0) return;
    const allArrivedIn = freeAt + waitingBytes * msPerByte - clock.now();
    const nextByteIn = freeAt + msPerByte - clock.now();
    const wait = Math.max(1, Math.ceil(Math.max(nextByteIn, Math.min(allArrivedIn, tickMs))));
    cancelTimer = clock.after(handOver, wait);
  }

  return {
    /** @param {Buffer} bytes */
    send(bytes) {
      if (closed || bytes.length === 0) return;
      if (waitingBytes === 0) freeAt = Math.max(freeAt, clock.now() - creditMs);
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (cancelTimer === null) handOver();
    },
    /** How many bytes are still on their way. */
    get pending() {
      return waitingBytes;
    },
    /** Forgets what is still on its way. */
    clear() {
      waiting = [];
      waitingBytes = 0;
    },
    close() {
      closed = true;
      cancelTimer?.();
      cancelTimer = null;
      waiting = [];
      waitingBytes = 0;
    },
  };
}
