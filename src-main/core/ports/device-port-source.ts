import { constants, type BigIntStats } from 'node:fs';
import { access, lstat, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Clock } from '../clock.js';
import { openSystemWatch, type OpenWatch } from './folder-watches.js';
import { isCharacterDevice, stampOf } from './node-stamp.js';
import type { PortSource } from './port-source.js';
import { saysAbsent, saysForbidden } from './system-error.js';
import { readTtyFacts } from './sysfs-facts.js';
import { createWatchedPortSource } from './watched-port-source.js';

/** The nodes of USB serial adapters and of devices that are one themselves (Linux, devices.txt). */
const DEVICE_NAME = /^tty(ACM|USB)\d+$/;

export interface DevicePortSourceOptions {
  devRoot?: string;
  sysRoot?: string;
  clock: Clock;
  /** A test hands these in: what counts as a device node, who may use it, how a folder is watched. */
  isDeviceNode?: (stats: BigIntStats) => boolean;
  mayUse?: (node: string) => Promise<boolean>;
  openWatch?: OpenWatch;
}

/** Whether a path is a node that the device source of that root reports. */
export function isDeviceNodePath(path: string, devRoot = '/dev'): boolean {
  return DEVICE_NAME.test(basename(path)) && path === join(devRoot, basename(path));
}

/**
 * The USB serial ports of a Linux system: nodes in `/dev`, facts from sysfs, without any help of udev.
 * A node is reported once its facts are there and this user may use it (udev sets its mode a moment after
 * the kernel has made it), or after a second as far as it is known; without facts its physical path is
 * `virtual:<path>`. Faults carry the source name `devices`.
 */
export function createDevicePortSource(options: DevicePortSourceOptions): PortSource {
  const { devRoot = '/dev', sysRoot = '/sys', clock } = options;
  const { isDeviceNode = isCharacterDevice, mayUse = mayReadAndWrite, openWatch = openSystemWatch } = options;
  const folders = new Map([[devRoot, (name: string) => DEVICE_NAME.test(name)]]);

  return createWatchedPortSource({
    name: 'devices',
    root: devRoot,
    clock,
    openWatch,
    places: {
      async plan() {
        const names = await readdir(devRoot);
        return {
          folders,
          paths: names.filter((name) => DEVICE_NAME.test(name)).map((name) => join(devRoot, name)),
        };
      },
      async sight(path) {
        // A link is another name for a node that is reported itself, or belongs to the virtual ports.
        const stats = await lstat(path, { bigint: true });
        return isDeviceNode(stats) ? { node: path, kind: 'device', stamp: stampOf(stats) } : null;
      },
      async describe(path) {
        const [facts, usable] = await Promise.all([readTtyFacts(sysRoot, basename(path)), mayUse(path)]);
        return {
          port: { path, node: path, kind: 'device', physicalPath: `virtual:${path}`, ...facts },
          complete: facts !== null && usable,
        };
      },
    },
  });
}

async function mayReadAndWrite(node: string): Promise<boolean> {
  try {
    await access(node, constants.R_OK | constants.W_OK);
    return true;
  } catch (error) {
    if (saysForbidden(error) || saysAbsent(error)) return false;
    throw error;
  }
}
