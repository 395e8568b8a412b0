import { fault, type Fault } from '../../../src-shared/model/result.js';
import type { ContainerWatch } from './container-watch.js';
import type { ContentCheck } from './content-check.js';
import type { SuccessBy } from './flash-end.js';
import type { Conclusion } from './run-state.js';

/**
 * What speaks against a success that a sign or an exit code told, or null: what was flashed has changed, the container
 * did not end by itself or was out of memory, or the port is not the one that was plugged in.
 */
export async function confirmFlash(flash: {
  by: SuccessBy;
  /** For a while, nobody looked. */
  wasAdopted: boolean;
  content: ContentCheck;
  watch: ContainerWatch;
  portIsSame: () => boolean;
}): Promise<Conclusion | null> {
  const problem = (await flash.content.confirm()) ?? (await endProblem(flash));
  if (problem !== null) return { verdict: 'ERROR', fault: problem };
  if (flash.watch.ranOutOfMemory) return { verdict: 'ERROR', fault: fault('container-out-of-memory') };
  return flash.portIsSame() ? null : { verdict: 'ABORTED', fault: fault('unplugged') };
}

async function endProblem({
  by,
  wasAdopted,
  watch,
}: Parameters<typeof confirmFlash>[0]): Promise<Fault | null> {
  if (by === 'sign' && !wasAdopted) return null;
  const recalled = await watch.recall();
  if (!recalled.ok) {
    // What it said it was is enough where it is gone since.
    return by === 'sign' && recalled.error.code === 'container-gone' ? null : recalled.error;
  }
  if (by === 'sign') return null;
  const { knowsEnd, exitCode } = recalled.value;
  // Many a program that is told to stop does so with code 0, however far it is.
  if (watch.wasSignalled) return fault('container-killed', { exitCode: exitCode ?? '?' });
  return knowsEnd ? null : fault('container-end-unknown');
}
