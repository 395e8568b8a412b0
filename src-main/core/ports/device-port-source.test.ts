import { mkdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/fakes/clock.js';
import { createDeviceTree, type MadeUpAdapter } from '../../../test/fakes/device-tree.js';
import { recordPortEvents } from '../../../test/fakes/port-events.js';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { createFakeWatches } from '../../../test/fakes/watches.js';
import {
  createDevicePortSource,
  isDeviceNodePath,
  type DevicePortSourceOptions,
} from './device-port-source.js';

const widget: MadeUpAdapter = {
  topology: '1-2.3',
  vendorId: '1D6B',
  productId: '0104',
  serialNumber: 'W-0001',
  manufacturer: 'WidgetMaker S.A.',
  product: 'Widgy',
};
const cheap: MadeUpAdapter = { topology: '1-4', vendorId: '1a86', productId: '7523' };

describe('the source of device ports', () => {
  let root: string;
  let tree: ReturnType<typeof createDeviceTree>;
  let clock: FakeClock;
  const owned: { dispose(): void }[] = [];

  beforeEach(() => {
    const folder = createTemporaryFolder();
    owned.push(folder);
    root = folder.path;
    tree = createDeviceTree(root);
    clock = createFakeClock();
  });

  afterEach(() => {
    for (const one of owned.splice(0).reverse()) one.dispose();
    expect(clock.timers).toBe(0);
  });

  const node = (name: string): string => join(tree.devRoot, name);

  const watch = async (options: Partial<DevicePortSourceOptions> = {}) => {
    const { devRoot, sysRoot } = tree;
    const source = createDevicePortSource({
      devRoot,
      sysRoot,
      clock,
      isDeviceNode: (stats) => stats.isFile(),
      ...options,
    });
    const heard = recordPortEvents(source);
    owned.push(heard, source);
    await source.start();
    return { source, heard };
  };

  /** Lets looks that were begun go on to their end: they read real files. */
  const settle = () => new Promise((resolve) => setTimeout(resolve, 30));

  it('reads all facts of a device that is there when it starts', async () => {
    tree.plug('ttyACM0', widget);
    const { source } = await watch();
    const [port] = source.list();
    expect(port).toEqual({
      path: node('ttyACM0'),
      node: node('ttyACM0'),
      kind: 'device',
      physicalPath: 'usb:1-2.3:1.0',
      vendorId: '1d6b',
      productId: '0104',
      serialNumber: 'W-0001',
      manufacturer: 'WidgetMaker S.A.',
      product: 'Widgy',
      interfaceNumber: 0,
      identity: port?.identity,
    });
  });

  it('attaches on plug and detaches on unplug', async () => {
    const { source, heard } = await watch();
    tree.plug('ttyUSB0', cheap);
    await heard.says(`+${node('ttyUSB0')}`);
    expect(source.list()[0]).toMatchObject({ physicalPath: 'usb:1-4:1.0', vendorId: '1a86' });
    expect(source.list()[0]).not.toHaveProperty('serialNumber');
    tree.unplug('ttyUSB0', cheap);
    await heard.says(`+${node('ttyUSB0')}`, `-${node('ttyUSB0')}`);
    expect(source.list()).toEqual([]);
  });

  it('leaves every other node and every link in the folder alone', async () => {
    tree.addNode('ttyS0');
    tree.addNode('ttyACM');
    tree.addNode('ttyUSB0.bak');
    tree.plug('ttyUSB0', cheap);
    symlinkSync('ttyUSB0', node('ttyUSB9'));
    mkdirSync(node('ttyUSB8'));
    const { source } = await watch();
    expect(source.list().map(({ path }) => path)).toEqual([node('ttyUSB0')]);
  });

  it('tells two identical adapters without serial numbers apart by where they are plugged in', async () => {
    tree.plug('ttyUSB0', cheap);
    tree.plug('ttyUSB1', { ...cheap, topology: '1-2.1.4' });
    const { source } = await watch();
    const places = Object.fromEntries(source.list().map(({ path, physicalPath }) => [path, physicalPath]));
    expect(places).toEqual({
      [node('ttyUSB0')]: 'usb:1-4:1.0',
      [node('ttyUSB1')]: 'usb:1-2.1.4:1.0',
    });
  });

  it('tells the ports of an adapter with several interfaces apart', async () => {
    const quad = { ...cheap, topology: '3-1', serialNumber: 'FT4XYZ' };
    for (const interfaceNumber of [2, 0, 3, 1]) {
      tree.plug(`ttyUSB${interfaceNumber}`, quad, { interfaceNumber });
    }
    const { source } = await watch();
    const ports = source
      .list()
      .map(({ physicalPath, interfaceNumber }) => ({ physicalPath, interfaceNumber }));
    expect(ports).toEqual([
      { physicalPath: 'usb:3-1:1.0', interfaceNumber: 0 },
      { physicalPath: 'usb:3-1:1.1', interfaceNumber: 1 },
      { physicalPath: 'usb:3-1:1.2', interfaceNumber: 2 },
      { physicalPath: 'usb:3-1:1.3', interfaceNumber: 3 },
    ]);
  });

  it('reports what it finds at once in the order of the names', async () => {
    for (const number of [10, 9, 2]) {
      tree.plug(`ttyUSB${number}`, { ...cheap, topology: `1-${number}` });
    }
    const { heard } = await watch();
    expect(heard.words()).toEqual(['ttyUSB2', 'ttyUSB9', 'ttyUSB10'].map((name) => `+${node(name)}`));
  });

  it('reads the interface number as the hexadecimal number it is', async () => {
    tree.plug('ttyACM0', widget, { interfaceNumber: 16 });
    const { source } = await watch();
    expect(source.list()[0]?.interfaceNumber).toBe(16);
  });

  it('tells several ports on one and the same interface apart by their port number', async () => {
    tree.plug('ttyUSB0', cheap, { portNumber: 0 });
    tree.plug('ttyUSB1', cheap, { portNumber: 1 });
    const { source } = await watch();
    expect(source.list().map(({ physicalPath }) => physicalPath)).toEqual(['usb:1-4:1.0', 'usb:1-4:1.0.1']);
  });

  it('names a port that is not on USB by its place in the machine', async () => {
    const uart = join(tree.sysRoot, 'devices/platform/soc/3f201000.serial');
    mkdirSync(uart, { recursive: true });
    tree.addTty('ttyUSB0', uart);
    tree.addNode('ttyUSB0');
    const { source } = await watch();
    expect(source.list()[0]).toMatchObject({ physicalPath: 'platform:soc/3f201000.serial' });
    expect(source.list()[0]).not.toHaveProperty('vendorId');
  });

  it('gives a device that comes back under another name the same physical path and another identity', async () => {
    tree.plug('ttyACM0', widget);
    const { source, heard } = await watch();
    const before = source.list()[0];
    tree.unplug('ttyACM0', widget);
    tree.plug('ttyACM1', widget);
    await heard.says(`+${node('ttyACM0')}`, `-${node('ttyACM0')}`, `+${node('ttyACM1')}`);
    const after = source.list()[0];
    expect(after?.physicalPath).toBe(before?.physicalPath);
    expect(after?.identity).not.toBe(before?.identity);
  });

  it('tells a node that was made anew between two looks as a detach and an attach', async () => {
    const watches = createFakeWatches();
    tree.plug('ttyACM0', widget);
    const { source, heard } = await watch({ openWatch: watches.openWatch });
    const before = source.list()[0];
    tree.removeNode('ttyACM0');
    // An inode number may be used again at once; the birth time tells them apart.
    tree.addNode('ttyACM0');
    clock.advance(5000);
    await heard.says(`+${node('ttyACM0')}`, `-${node('ttyACM0')}`, `+${node('ttyACM0')}`);
    expect(source.list()[0]?.identity).not.toBe(before?.identity);
  });

  it('tells every bounce of a contact as it is', async () => {
    const { heard } = await watch();
    const expected: string[] = [];
    for (let bounce = 0; bounce < 5; bounce++) {
      tree.plug('ttyACM0', widget);
      expected.push(`+${node('ttyACM0')}`);
      await heard.says(...expected);
      tree.unplug('ttyACM0', widget);
      expected.push(`-${node('ttyACM0')}`);
      await heard.says(...expected);
    }
  });

  it('waits for facts that come after the node rather than report half of them', async () => {
    const { source, heard } = await watch();
    tree.addNode('ttyACM0');
    await settle();
    clock.advance(20);
    await settle();
    expect(heard.words()).toEqual([]);
    tree.addFacts('ttyACM0', widget);
    await expect
      .poll(() => {
        clock.advance(20);
        return heard.words();
      })
      .toEqual([`+${node('ttyACM0')}`]);
    expect(source.list()[0]).toMatchObject({ physicalPath: 'usb:1-2.3:1.0', serialNumber: 'W-0001' });
  });

  it('waits for a USB device whose vendor is not written yet', async () => {
    tree.plug('ttyACM0', widget);
    unlinkSync(join(tree.adapterFolder(widget), 'idVendor'));
    const { source, heard } = await watch();
    expect(source.list()).toEqual([]);
    writeFileSync(join(tree.adapterFolder(widget), 'idVendor'), '1d6b\n');
    clock.advance(20);
    await heard.says(`+${node('ttyACM0')}`);
  });

  it('waits until the system has given this user its rights, and hears of that at once', async () => {
    const watches = createFakeWatches();
    let allowed = false;
    tree.plug('ttyACM0', widget);
    const { source, heard } = await watch({
      openWatch: watches.openWatch,
      mayUse: () => Promise.resolve(allowed),
    });
    expect(source.list()).toEqual([]);
    allowed = true;
    watches.entry(tree.devRoot, 'change', 'ttyACM0');
    await heard.says(`+${node('ttyACM0')}`);
  });

  it('reports after a second what never gets its facts or rights', async () => {
    const { source, heard } = await watch({ mayUse: () => Promise.resolve(false) });
    tree.plug('ttyACM0', widget);
    tree.addNode('ttyUSB0');
    await settle();
    for (let waited = 0; waited < 900; waited += 100) {
      clock.advance(100);
      await settle();
    }
    expect(heard.words()).toEqual([]);
    await expect
      .poll(() => {
        clock.advance(100);
        return heard.words();
      })
      .toHaveLength(2);
    const places = source.list().map(({ physicalPath }) => physicalPath);
    expect(places.sort()).toEqual(['usb:1-2.3:1.0', `virtual:${node('ttyUSB0')}`]);
  });

  it('says nothing of a node that goes before its facts come', async () => {
    const { heard } = await watch();
    tree.addNode('ttyACM0');
    await settle();
    tree.removeNode('ttyACM0');
    await settle();
    await expect.poll(() => clock.timers).toBe(1);
    clock.advance(5000);
    await settle();
    expect(heard.words()).toEqual([]);
  });
});

describe('isDeviceNodePath', () => {
  it('is true of the nodes that the device source reports and of nothing else', () => {
    expect(isDeviceNodePath('/dev/ttyUSB12')).toBe(true);
    expect(isDeviceNodePath('/dev/ttyACM0')).toBe(true);
    expect(isDeviceNodePath('/dev/ttyS0')).toBe(false);
    expect(isDeviceNodePath('/dev/pts/3')).toBe(false);
    expect(isDeviceNodePath('/run/ttyUSB0')).toBe(false);
    expect(isDeviceNodePath('/made/up/ttyUSB0', '/made/up')).toBe(true);
  });
});
