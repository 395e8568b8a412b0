import { fault } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import type { ContainerInfo } from '../docker/engine.js';
import { actionsOf, needsFlasher } from '../recipes/test-schema.js';
import type { LoadedRecipe } from '../recipes/match.js';
import type { Conclusion } from './run-state.js';

/** How a run that another life of the station began goes on, or why it cannot. */
export type Resumption = 'panel' | 'flash' | 'test' | Conclusion;

/**
 * Decides over one unfinished record. A run is only gone on with when nothing can have happened to it
 * unseen: the same container, the same recipe bytes, and the very node that was plugged in.
 */
export function decideResumption(options: {
  record: RunRecord;
  container: ContainerInfo | undefined;
  recipe: LoadedRecipe | undefined;
  /** The identity of the port that is at the run's physical path now. */
  portIdentity: string | undefined;
}): Resumption {
  const { record, container, recipe, portIdentity } = options;
  if (portIdentity !== record.portIdentity) {
    return { verdict: 'ABORTED', fault: fault('unplugged-while-away') };
  }
  const started = container !== undefined && container.state !== 'created';
  if (!started || recipe === undefined || recipe.hash !== record.recipeHash) {
    return { verdict: 'ERROR', fault: fault('run-interrupted') };
  }
  const phase = record.phases.at(-1)?.phase;
  // What the container's own end means is read from its log and exit code, which are all there still.
  if (phase === 'test') {
    // The tests that are left may need the flasher's container, which an earlier one stopped for the port.
    const left = recipe.recipe.tests.filter(({ name }) => !record.tests.some((test) => test.name === name));
    const needed = left.some((test) => actionsOf(test).some(needsFlasher));
    if (container.state === 'running' || !needed) return 'test';
    return { verdict: 'ERROR', fault: fault('run-interrupted') };
  }
  if (container.state !== 'running') {
    // Nobody had asked it to flash yet: whatever its end looks like, it is none of a flash.
    const wasAsked = phase === 'flash' || typeof recipe.recipe.flash.start !== 'object';
    return wasAsked ? 'flash' : { verdict: 'ERROR', fault: fault('run-interrupted') };
  }
  if (phase === 'flash') return 'flash';
  return recipe.recipe.container.panelPort === undefined ? 'flash' : 'panel';
}
