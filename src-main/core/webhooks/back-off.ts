/** The first wait, in ms. */
const first = 5000;
/** No wait is longer, in ms: a receiver that comes back after a weekend is found within the hour. */
export const longestWait = 3_600_000;

/**
 * How long to wait after so many failures in a row (from 1), in ms: twice as long each time up to an hour, of which a
 * random half is left out, so that many stations do not come all at once when their receiver is back.
 * @param random from 0 up to 1
 */
export function backOff(failures: number, random: number): number {
  const whole = Math.min(longestWait, first * 2 ** Math.min(20, failures - 1));
  return Math.round(whole * (0.5 + random / 2));
}
