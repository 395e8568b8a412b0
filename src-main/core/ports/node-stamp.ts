import type { BigIntStats } from 'node:fs';
import type { Port } from '../../../src-shared/model/port.js';

/** The major numbers of Unix98 pseudo-terminals (Linux, Documentation/admin-guide/devices.txt). */
const FIRST_PTS_MAJOR = 136n;
const LAST_PTS_MAJOR = 143n;

/** What tells one making of a node from the next under the same name. */
export interface NodeStamp {
  /** Never changes as long as the node exists. Two makings may share it, but only of a pseudo-terminal. */
  lasting: string;
  /** Changes when the node is made, and also when its mode or owner does; empty where `lasting` is enough. */
  touched: string;
}

/**
 * The stamp of a node from its `stat`.
 *
 * What was tried on Linux 6.18: neither reading nor writing a terminal moves its change time (ctime), but
 * chmod does; writing moves its modification time. devtmpfs and tmpfs never reuse an inode number, and
 * give a birth time since 5.19; ext4 reuses numbers and gives birth times. devpts does neither: pseudo-
 * terminal N always has inode N + 3 and no birth time, so its change time is all there is.
 */
export function stampOf(stats: BigIntStats): NodeStamp {
  const lasting = `${stats.dev}:${stats.ino}:${stats.rdev}:${stats.birthtimeNs}`;
  const touched = isPseudoTerminal(stats) && stats.birthtimeNs === 0n ? stats.ctimeNs.toString() : '';
  return { lasting, touched };
}

/** The stamp of a symbolic link itself, from its `lstat`: a link that is made anew is a new plug. */
export function linkStamp(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`;
}

/** What counts as a device node outside of tests, whose made-up trees hold plain files instead. */
export function isCharacterDevice(stats: BigIntStats): boolean {
  return stats.isCharacterDevice();
}

export function isPseudoTerminal(stats: BigIntStats): boolean {
  const major = (stats.rdev >> 8n) & 0xfffn;
  return stats.isCharacterDevice() && major >= FIRST_PTS_MAJOR && major <= LAST_PTS_MAJOR;
}

/** `Port.identity` where a port is no file (`COM3`): where it is plugged in, and what is. */
export function identityWithoutNode({
  physicalPath,
  serialNumber = '',
}: Pick<Port, 'physicalPath' | 'serialNumber'>): string {
  return `${physicalPath}:${serialNumber}`;
}

/** `Port.identity` of a stamp. The same for every process that looks at the same making of a node. */
export function identityOf(stamp: NodeStamp): string {
  return stamp.touched === '' ? stamp.lasting : `${stamp.lasting}:${stamp.touched}`;
}
