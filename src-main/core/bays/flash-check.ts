import { fault, type Fault } from '../../../src-shared/model/result.js';
import type { ContainerWatch } from './container-watch.js';
import type { ContentCheck } from './content-check.js';
import type { ToldBy } from './flash-end.js';
import type { Conclusion } from './run-state.js';

/** Looks twice at how a flash is said to have ended, before anybody believes it. */
export interface FlashCheck {
  /**
   * What speaks against a success, or null: what was flashed has changed, the container did not end by itself or was
   * out of memory, or the port is not the one that was plugged in.
   */
  success(by: ToldBy): Promise<Conclusion | null>;
  /** Whose failure it is: what a flasher's code says counts only where it ended by itself. */
  failure(conclusion: Conclusion, by: ToldBy): Promise<Conclusion>;
}

export function createFlashCheck(options: {
  content: ContentCheck;
  watch: ContainerWatch;
  /** For a while, nobody looked. */
  wasAdopted: () => boolean;
  portIsSame: () => boolean;
}): FlashCheck {
  const { content, watch, wasAdopted, portIsSame } = options;

  async function endProblem(by: ToldBy): Promise<Fault | null> {
    if (by === 'sign' && !wasAdopted()) return null;
    const recalled = await watch.recall();
    if (!recalled.ok) {
      // What it said it was is enough where it is gone since.
      return by === 'sign' && recalled.error.code === 'container-gone' ? null : recalled.error;
    }
    return by === 'sign' ? null : recalled.value;
  }

  return {
    async success(by) {
      const problem = (await content.confirm()) ?? (await endProblem(by));
      if (problem !== null) return { verdict: 'ERROR', fault: problem };
      if (watch.ranOutOfMemory) return { verdict: 'ERROR', fault: fault('container-out-of-memory') };
      return portIsSame() ? null : { verdict: 'ABORTED', fault: fault('unplugged') };
    },
    async failure(conclusion, by) {
      if (by === 'sign' || conclusion.verdict !== 'FAIL') return conclusion;
      const problem = await endProblem(by);
      return problem === null ? conclusion : { verdict: 'ERROR', fault: problem };
    },
  };
}
