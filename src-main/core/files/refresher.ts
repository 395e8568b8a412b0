/**
 * Runs one refresh after the other, never two at once. What is asked for while one runs is done by one
 * more run after it. The answer resolves when nothing is left to do; it rejects with what `run` throws.
 * `overtaken` tells a run that its outcome is old already.
 */
export function createRefresher(run: (overtaken: () => boolean) => Promise<void>): () => Promise<void> {
  let asked = 0;
  let done = 0;
  let active: Promise<void> | null = null;

  async function runAll(): Promise<void> {
    try {
      while (done !== asked) {
        const turn = asked;
        await run(() => asked !== turn);
        done = turn;
      }
    } finally {
      active = null;
    }
  }

  return () => {
    asked += 1;
    active ??= runAll();
    return active;
  };
}
