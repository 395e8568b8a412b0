import { lstatSync, realpathSync, statSync } from 'node:fs';
import type { Port } from '../../../src-shared/model/port.js';
import { linkStamp, stampOf } from './node-stamp.js';

/**
 * Whether the very node that was plugged in stands at its path now, asked of the file system itself: a watch may be
 * behind, the more so while the station reads much. What others may touch of a pseudo-terminal (its change time) does
 * not count.
 */
export function isStillThere({ path, node, identity }: Pick<Port, 'path' | 'node' | 'identity'>): boolean {
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
