import type { BigIntStats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import type { Clock } from '../clock.js';
import type { Sighting } from './attachments.js';
import { openSystemWatch, type OpenWatch } from './folder-watches.js';
import { isCharacterDevice, isPseudoTerminal, linkStamp, stampOf } from './node-stamp.js';
import { parsePortGlob, planPortGlobs } from './port-globs.js';
import type { PortSource } from './port-source.js';
import { createWatchedPortSource } from './watched-port-source.js';

export interface VirtualPortSourceOptions {
  /** `virtualPorts` of `station.yaml`: absolute paths, with wildcards or without. */
  globs: readonly string[];
  clock: Clock;
  /** Nodes that another source reports; a link to one of them is not a port of its own. */
  isReportedElsewhere?: (node: string) => boolean;
  /** A test hands these in: what counts as a device node, and how a folder is watched. */
  isDeviceNode?: (stats: BigIntStats) => boolean;
  openWatch?: OpenWatch;
}

/**
 * Ports that stand in watched folders: pseudo-terminals as socat, QEMU or remote-serial tools make them,
 * and links to any serial device. Links are followed to the node; a dangling one is no port. Folders may
 * come later, go, and come again. A link that is made anew or points elsewhere is a new plug.
 * Faults carry the source name `virtual`.
 */
export function createVirtualPortSource(options: VirtualPortSourceOptions): PortSource {
  const { globs, clock, isReportedElsewhere = () => false } = options;
  const { isDeviceNode = isCharacterDevice, openWatch = openSystemWatch } = options;
  const parsed = globs.map(parsePortGlob);

  const sight = async (path: string): Promise<Sighting | null> => {
    const [own, node] = await Promise.all([lstat(path, { bigint: true }), realpath(path)]);
    if (isReportedElsewhere(node)) return null;
    const stats = own.isSymbolicLink() ? await stat(node, { bigint: true }) : own;
    if (!isDeviceNode(stats)) return null;
    const stamp = stampOf(stats);
    if (own.isSymbolicLink()) stamp.lasting += `@${linkStamp(own)}`;
    const isPseudo = isPseudoTerminal(stats) || node.startsWith('/dev/pts/');
    return { node, kind: isPseudo ? 'pseudo-terminal' : 'device', stamp };
  };

  return createWatchedPortSource({
    name: 'virtual',
    root: globs[0] ?? '/',
    clock,
    openWatch,
    places: {
      plan: () => planPortGlobs(parsed),
      sight,
      describe: (path, { node, kind }) =>
        Promise.resolve({ port: { path, node, kind, physicalPath: `virtual:${path}` }, complete: true }),
    },
  });
}
