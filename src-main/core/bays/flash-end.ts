import type { Conclusion } from './run-state.js';

/** What the flasher's end, or a sign of it, means. */
export type FlashJudgement = 'success' | Conclusion;

/**
 * Decides once how a flash went: by the first sign in output or panel, or by the end of the flasher's process. That end
 * is told by another way than its output and may overtake it, and it can come before the flash was even asked for. So
 * it is judged only after what was said before it, and means success only once the request was answered.
 */
export interface FlashEnd {
  /** From now on the output is being read; what was written already is read first. */
  reading(): void;
  /** Everything that was written until now is read. */
  caughtUp(): void;
  /** The flasher flashes: it does so by itself, or has taken the request. */
  flashing(): void;
  /** A sign in output or panel. */
  sign(judgement: FlashJudgement): void;
  /** The process has ended. */
  exited(judgement: FlashJudgement): void;
}

export function createFlashEnd(options: {
  onSuccess: () => void;
  onFailure: (conclusion: Conclusion) => void;
}): FlashEnd {
  const readAll = createOnce();
  const begun = createOnce();
  let isReading = false;
  let isDecided = false;

  function decide(judgement: FlashJudgement): void {
    if (isDecided) return;
    isDecided = true;
    if (judgement === 'success') options.onSuccess();
    else options.onFailure(judgement);
  }

  return {
    reading() {
      isReading = true;
    },
    caughtUp: readAll.happen,
    flashing: begun.happen,
    sign: decide,
    exited(judgement) {
      // A success that waits for ever is ended by what waits for the panel, or for the request.
      if (judgement === 'success')
        void Promise.all([readAll.happened, begun.happened]).then(() => decide(judgement));
      else if (isReading) void readAll.happened.then(() => decide(judgement));
      else decide(judgement);
    },
  };
}

function createOnce(): { happen: () => void; happened: Promise<void> } {
  let happen = (): void => undefined;
  const happened = new Promise<void>((resolve) => (happen = resolve));
  return { happen, happened };
}
