import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isSystemError, saysAbsent } from '../../ports/system-error.js';
import { fine, warning, type Check } from '../check.js';

interface Controller {
  name: string;
  /** Hubs are devices too; the controller's own root hubs are not. */
  devices: number;
  endpoints: number;
}

/**
 * Far below the 127 addresses of a USB bus, xHCI controllers end: many at 32 devices (the kernel then says "Max
 * number of devices this xHCI host supports is 32"), common ones of Intel's at 96 endpoints. What is the limit
 * of the one at hand cannot be read without root, so the lower ones count. A CDC ACM adapter needs four
 * endpoints, one of them for control. Sources: drivers/usb/host/xhci.c (xhci_alloc_dev); Microchip's knowledge
 * base, "Not enough USB controller resources".
 */
const usualLimit = { devices: 32, endpoints: 96 };
/** From this part of a limit on, it is near. */
const near = 0.85;

/** Whether there is room for more adapters at each USB controller. */
export const usbControllers: Check = {
  name: 'usb-controllers',
  platforms: ['linux'],
  async look({ roots }) {
    const controllers = await readControllers(join(roots.sys, 'bus/usb/devices'));
    const [fullest] = controllers.sort((one, other) => load(other) - load(one));
    if (fullest === undefined) return warning('usb-controllers.none');
    const { name, devices, endpoints } = fullest;
    const params = { controller: name, devices, endpoints };
    return load(fullest) >= near
      ? warning('usb-controllers.nearly-full', {
          ...params,
          deviceLimit: usualLimit.devices,
          endpointLimit: usualLimit.endpoints,
        })
      : fine('usb-controllers.room', { ...params, controllers: controllers.length });
  },
};

function load({ devices, endpoints }: Controller): number {
  return Math.max(devices / usualLimit.devices, endpoints / usualLimit.endpoints);
}

/** `usb1` is a root hub, `1-2.3` a device on its bus, `1-2.3:1.0` an interface of it (sysfs-bus-usb). */
async function readControllers(folder: string): Promise<Controller[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    // No USB at all, as in many virtual machines.
    if (saysAbsent(error)) return [];
    throw error;
  }
  const controllers = new Map<string, Controller>();
  const byBus = new Map<string, Controller>();
  for (const name of names.filter((candidate) => /^usb\d+$/.test(candidate))) {
    // A USB 3 controller has two root hubs, one for each speed; they share what it has.
    const place = dirname(await realpath(join(folder, name)));
    const controller = controllers.get(place) ?? { name: basename(place), devices: 0, endpoints: 0 };
    controllers.set(place, controller);
    byBus.set(name.slice('usb'.length), controller);
  }
  for (const name of names) {
    const [, bus = '', isInterface] = /^(\d+)-[\d.]+(:)?/.exec(name) ?? [];
    const controller = byBus.get(bus);
    if (controller === undefined) continue;
    if (isInterface === undefined) {
      controller.devices += 1;
      controller.endpoints += 1;
    } else {
      controller.endpoints += await readEndpoints(join(folder, name));
    }
  }
  return [...controllers.values()];
}

/** Endpoints of an interface, without the control endpoint of its device; none when it has just gone. */
async function readEndpoints(folder: string): Promise<number> {
  try {
    return Number.parseInt(await readFile(join(folder, 'bNumEndpoints'), 'utf8'), 16) || 0;
  } catch (error) {
    if (isSystemError(error)) return 0;
    throw error;
  }
}
