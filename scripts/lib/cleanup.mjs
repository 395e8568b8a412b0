/**
 * Things to be released at the end, last opened first, and a signal for Ctrl-C.
 * @returns {{ signal: AbortSignal, defer: (release: () => Promise<void>) => void, run: () => Promise<void> }}
 */
export function cleanup() {
  /** @type {(() => Promise<void>)[]} */
  const releases = [];
  const controller = new AbortController();
  const interrupted = () => controller.abort();
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const name of signals) process.on(name, interrupted);
  return {
    signal: controller.signal,
    defer: (release) => {
      releases.push(release);
    },
    run: async () => {
      /** @type {unknown[]} */
      const problems = [];
      for (const release of releases.reverse()) {
        // One that fails must not keep the others from being released.
        await release().catch((/** @type {unknown} */ problem) => problems.push(problem));
      }
      for (const name of signals) process.off(name, interrupted);
      if (problems.length > 0) throw problems[0];
    },
  };
}

/**
 * Resolves when the signal is aborted.
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function aborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
