import type { Clock } from '../clock.js';
import type { SerialPorts } from '../serial/serial-ports.js';
import { createDevicePortSource, isDeviceNodePath } from './device-port-source.js';
import { createListedPortSource } from './listed-port-source.js';
import { createMergedPortSource } from './merged-port-source.js';
import type { PortSource } from './port-source.js';
import { createVirtualPortSource } from './virtual-port-source.js';

export interface PortSourceOptions {
  /** `virtualPorts` of `station.yaml`. */
  virtualPorts: readonly string[];
  serialPorts: SerialPorts;
  clock: Clock;
  devRoot?: string | undefined;
  sysRoot?: string | undefined;
  platform?: NodeJS.Platform;
}

/**
 * All ports of this machine: watched on Linux, listed elsewhere, and the virtual ones. A virtual port
 * whose node is one of the watched devices (a link of `/dev/serial/by-id`, say) is not reported twice:
 * the device is, under its own name and with its USB facts.
 */
export function createPortSource(options: PortSourceOptions): PortSource {
  const { virtualPorts, serialPorts, clock, devRoot = '/dev', sysRoot = '/sys' } = options;
  const isLinux = (options.platform ?? process.platform) === 'linux';
  const sources = [
    isLinux
      ? createDevicePortSource({ devRoot, sysRoot, clock })
      : createListedPortSource({ serialPorts, clock }),
  ];
  if (virtualPorts.length > 0) {
    const isReportedElsewhere = (node: string): boolean => isLinux && isDeviceNodePath(node, devRoot);
    sources.push(createVirtualPortSource({ globs: virtualPorts, clock, isReportedElsewhere }));
  }
  return createMergedPortSource(sources, clock);
}
