import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Port } from '../../../src-shared/model/port.js';
import { answerOrNothing } from './system-error.js';

/** What sysfs knows of a tty. */
export type TtyFacts = Pick<
  Port,
  'physicalPath' | 'vendorId' | 'productId' | 'serialNumber' | 'manufacturer' | 'product' | 'interfaceNumber'
>;

/** A USB interface's folder: bus, ports from the root hub down, configuration and interface. */
const INTERFACE_FOLDER = /^\d+-[\d.]+:\d+\.\d+$/;

/**
 * The facts of `/dev/<name>` from sysfs; `null` while the system has not written them all.
 *
 * `class/tty/<name>/device` leads to the USB interface (cdc_acm) or to the adapter's port below it, which
 * has a `port_number` (usb-serial, drivers/usb/serial/bus.c); above it stands the USB device. The names of
 * these folders say where the adapter is plugged in (Documentation/ABI/stable/sysfs-bus-usb), so two
 * adapters that are alike in all else, even in having no serial number, still differ in them.
 *
 * `usb:1-2.3:1.0` is bus 1, port 2 of the root hub, port 3 of the hub there, configuration 1, interface 0;
 * the second port of one interface is `usb:1-2.3:1.0.1`. What is not on USB is `platform:<its folder>`.
 */
export async function readTtyFacts(sysRoot: string, name: string): Promise<TtyFacts | null> {
  const device = await realFolder(join(sysRoot, 'class/tty', name, 'device'));
  const devices = await realFolder(join(sysRoot, 'devices'));
  if (device === null || devices === null || !device.startsWith(devices + sep)) return null;

  const folders = foldersBetween(device, devices);
  const interfaceFolder = folders.find((folder) => INTERFACE_FOLDER.test(basename(folder)));
  if (interfaceFolder === undefined) {
    const line = await readFact(device, 'line');
    const place = relative(devices, device).replace(/^platform\//, '');
    return { physicalPath: `platform:${place}${line === undefined ? '' : `:${line}`}` };
  }

  const usbDevice = dirname(interfaceFolder);
  const [number, vendorId, productId, serialNumber, manufacturer, product, portNumber] = await Promise.all([
    readFact(interfaceFolder, 'bInterfaceNumber'),
    readFact(usbDevice, 'idVendor'),
    readFact(usbDevice, 'idProduct'),
    readFact(usbDevice, 'serial'),
    readFact(usbDevice, 'manufacturer'),
    readFact(usbDevice, 'product'),
    device === interfaceFolder ? undefined : readFact(device, 'port_number'),
  ]);
  if (number === undefined || vendorId === undefined || productId === undefined) return null;
  const port = portNumber === undefined || portNumber === '0' ? '' : `.${portNumber}`;
  return {
    physicalPath: `usb:${basename(interfaceFolder)}${port}`,
    vendorId: vendorId.toLowerCase(),
    productId: productId.toLowerCase(),
    ...(serialNumber === undefined ? {} : { serialNumber }),
    ...(manufacturer === undefined ? {} : { manufacturer }),
    ...(product === undefined ? {} : { product }),
    interfaceNumber: Number.parseInt(number, 16),
  };
}

/** From a folder upwards, as long as they stand below the top one. */
function foldersBetween(folder: string, top: string): string[] {
  return folder === top || folder === sep ? [] : [folder, ...foldersBetween(dirname(folder), top)];
}

async function realFolder(path: string): Promise<string | null> {
  return (await answerOrNothing(() => realpath(path))) ?? null;
}

/**
 * One attribute without the line end. A device that is being pulled out answers with whatever its driver
 * finds (ENODEV, EIO, EINVAL …), and many have no serial number: what sysfs does not say is not known.
 */
async function readFact(folder: string, name: string): Promise<string | undefined> {
  const text = await answerOrNothing(() => readFile(join(folder, name), 'utf8'));
  return text?.trim() || undefined;
}
