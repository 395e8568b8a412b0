import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Trouble, warn } from './say.mjs';

/** The checkout's top folder. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/**
 * Whether the module with this `import.meta.url` is the one that node was started with.
 * @param {string} moduleUrl
 */
export function isMain(moduleUrl) {
  const started = process.argv[1];
  if (started === undefined) return false;
  try {
    return realpathSync(started) === fileURLToPath(moduleUrl);
  } catch {
    // node was started with something that is no file (`node -e`): nobody's main.
    return false;
  }
}

/**
 * Runs a script's main and turns its outcome into an exit code: a number it returns, 0 for nothing,
 * 1 for trouble, which is said in words; a bug keeps its stack trace.
 * @param {() => Promise<number | void>} main
 */
export function runMain(main) {
  main().then(
    (code) => {
      process.exitCode = code ?? 0;
    },
    (/** @type {unknown} */ error) => {
      warn(
        error instanceof Trouble
          ? `\n${error.message}`
          : String((error instanceof Error && error.stack) || error),
      );
      process.exitCode = 1;
    },
  );
}
