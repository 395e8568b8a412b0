import { fault, type Fault } from '../../../src-shared/model/result.js';
import type { ContainerEvent } from '../docker/engine.js';

/**
 * What speaks against taking a container's exit code for its program's own word, by all that happened to it: somebody
 * stopped it (many a program that is told to stop does so with code 0, however far it is), or the engine no longer
 * knows how it ended, because it was started anew or has had much else to do. Null when nothing does.
 */
export function foreignEnd(
  happened: ReadonlySet<ContainerEvent['type']>,
  exitCode: number | null,
): Fault | null {
  if (happened.has('signalled')) return fault('container-killed', { exitCode: exitCode ?? '?' });
  return happened.has('died') ? null : fault('container-end-unknown');
}
