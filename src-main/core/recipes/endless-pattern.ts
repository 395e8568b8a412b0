import { createContext, runInContext } from 'node:vm';
import { analyse } from 'scslre';

/** How long one pattern may be thought about, in ms; ordinary ones take less than 50. */
const longestThought = 1000;

/**
 * Whether a pattern can take time that doubles with every character of a line, as `(a+)+$` does: one such
 * line would stop the whole station, all its bays with it. Says false where the analysis does not know the
 * pattern's syntax, and of the few patterns that it cannot judge within its time.
 */
export function mayBeEndless(pattern: RegExp): boolean {
  let found = false;
  const judge = (): void => {
    const { reports } = analyse(pattern, { reportTypes: { Move: false } });
    found = reports.some(({ exponential }) => exponential);
  };
  try {
    // The analysis itself is not bounded; running it from a script with a time limit ends it wherever it is.
    runInContext('judge()', createContext({ judge }), { timeout: longestThought });
  } catch (error) {
    if (!isExpected(error)) throw error;
  }
  return found;
}

/** Time is up, or the analysis' parser is behind V8's. The error may come from the script's own context. */
function isExpected(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return true;
  return 'name' in error && error.name === 'SyntaxError';
}
