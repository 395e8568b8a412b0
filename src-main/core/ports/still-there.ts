import { lstatSync, realpathSync, statSync } from 'node:fs';
import type { Port } from '../../../src-shared/model/port.js';
import { identityWithoutNode, linkStamp, stampOf } from './node-stamp.js';

/**
 * Whether the very node that was plugged in stands at its path now, asked of the file system itself: a watch may be
 * behind, the more so while the station reads much. What others may touch of a pseudo-terminal (its change time) does
 * not count. A port that is no file (`COM3`) has no node to ask: of it the list of ports is all there is.
 */
export function isStillThere(port: Omit<Port, 'kind'>): boolean {
  const { path, node, identity } = port;
  if (identity === identityWithoutNode(port)) return true;
  try {
    if (realpathSync(path) !== node) return false;
    const own = lstatSync(path, { bigint: true });
    const { lasting } = stampOf(statSync(node, { bigint: true }));
    const making = own.isSymbolicLink() ? `${lasting}@${linkStamp(own)}` : lasting;
    return identity === making || identity.startsWith(`${making}:`);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}
