import { mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** One adapter's place in a made-up sysfs. */
export interface MadeUpAdapter {
  /** The USB device's folder, e.g. `1-2.3`; decides the physical path. */
  topology: string;
  vendorId: string;
  productId: string;
  serialNumber?: string;
  manufacturer?: string;
  product?: string;
}

/** Made-up `/dev` and `/sys`, laid out as Linux lays them out. */
export function createDeviceTree(root: string) {
  const devRoot = join(root, 'dev');
  const sysRoot = join(root, 'sys');
  mkdirSync(devRoot, { recursive: true });
  mkdirSync(join(sysRoot, 'class/tty'), { recursive: true });
  const usb = join(sysRoot, 'devices/pci0000:00/0000:00:14.0');

  const write = (folder: string, facts: Record<string, string | undefined>): void => {
    mkdirSync(folder, { recursive: true });
    for (const [name, value] of Object.entries(facts)) {
      if (value !== undefined) writeFileSync(join(folder, name), `${value}\n`);
    }
  };
  const link = (target: string, path: string): void => symlinkSync(relative(dirname(path), target), path);

  const tree = {
    devRoot,
    sysRoot,
    adapterFolder: ({ topology }: { topology: string }) =>
      join(usb, `usb${topology.split('-')[0] ?? ''}`, topology),
    interfaceFolder: (adapter: { topology: string }, interfaceNumber = 0) =>
      join(tree.adapterFolder(adapter), `${adapter.topology}:1.${interfaceNumber}`),
    /** The facts of a tty, without its node. */
    addFacts(name: string, adapter: MadeUpAdapter, { interfaceNumber = 0, portNumber = 0 } = {}) {
      write(tree.adapterFolder(adapter), {
        idVendor: adapter.vendorId,
        idProduct: adapter.productId,
        serial: adapter.serialNumber,
        manufacturer: adapter.manufacturer,
        product: adapter.product,
      });
      const folder = tree.interfaceFolder(adapter, interfaceNumber);
      write(folder, { bInterfaceNumber: interfaceNumber.toString(16).padStart(2, '0') });
      // The ttyUSB drivers put one more level between the interface and its tty (drivers/usb/serial/bus.c).
      const isUsbSerial = name.startsWith('ttyUSB');
      const device = isUsbSerial ? join(folder, name) : folder;
      if (isUsbSerial) write(device, { port_number: String(portNumber) });
      tree.addTty(name, device);
    },
    /** A tty of any device folder below sysfs. */
    addTty(name: string, device: string) {
      const tty = join(device, 'tty', name);
      mkdirSync(tty, { recursive: true });
      link(device, join(tty, 'device'));
      link(tty, join(sysRoot, 'class/tty', name));
    },
    addNode: (name: string) => writeFileSync(join(devRoot, name), ''),
    plug(
      name: string,
      adapter: MadeUpAdapter,
      place: { interfaceNumber?: number; portNumber?: number } = {},
    ) {
      tree.addFacts(name, adapter, place);
      tree.addNode(name);
    },
    removeNode: (name: string) => unlinkSync(join(devRoot, name)),
    unplug(name: string, adapter: MadeUpAdapter) {
      tree.removeNode(name);
      unlinkSync(join(sysRoot, 'class/tty', name));
      rmSync(tree.adapterFolder(adapter), { recursive: true, force: true });
    },
  };
  return tree;
}
