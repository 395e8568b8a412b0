import { fault } from '../../../src-shared/model/result.js';
import type { Conclusion } from './run-state.js';

/** What the flasher's end, or a sign of it, means. */
export type FlashJudgement = 'success' | Conclusion;
/** What told of it. */
export type ToldBy = 'sign' | 'exit';

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
  /**
   * The flasher flashes: it does so by itself, or has taken the request. Where the station was killed in between,
   * nobody knows (`unsure`): then its end alone means no success.
   */
  flashing(knowledge?: 'sure' | 'unsure'): void;
  /** A sign in output or panel. */
  sign(judgement: FlashJudgement): void;
  /** The process has ended. */
  exited(judgement: FlashJudgement): void;
}

export function createFlashEnd(options: {
  onSuccess: (by: ToldBy) => void;
  onFailure: (conclusion: Conclusion, by: ToldBy) => void;
}): FlashEnd {
  const readAll = createOnce<void>();
  const begun = createOnce<'sure' | 'unsure'>();
  let isReading = false;
  let isDecided = false;

  function decide(judgement: FlashJudgement, by: ToldBy): void {
    if (isDecided) return;
    isDecided = true;
    if (judgement === 'success') options.onSuccess(by);
    else options.onFailure(judgement, by);
  }

  return {
    reading() {
      isReading = true;
    },
    caughtUp: readAll.happen,
    flashing: (knowledge = 'sure') => begun.happen(knowledge),
    sign: (judgement) => decide(judgement, 'sign'),
    exited(judgement) {
      // A success that waits for ever is ended by what waits for the panel, or for the request.
      if (judgement === 'success') {
        void Promise.all([begun.happened, readAll.happened]).then(([knowledge]) =>
          decide(knowledge === 'sure' ? judgement : unconfirmed, 'exit'),
        );
      } else if (isReading) void readAll.happened.then(() => decide(judgement, 'exit'));
      else decide(judgement, 'exit');
    },
  };
}

const unconfirmed: Conclusion = { verdict: 'ERROR', fault: fault('flash-unconfirmed') };

function createOnce<Value>(): { happen: (value: Value) => void; happened: Promise<Value> } {
  let happen = (_: Value): void => undefined;
  const happened = new Promise<Value>((resolve) => (happen = resolve));
  return { happen, happened };
}
