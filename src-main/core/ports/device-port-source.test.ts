import { mkdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useDeviceBench } from '../../../test/fakes/device-bench.js';
import type { MadeUpAdapter } from '../../../test/fakes/device-tree.js';
import { createFakeWatches } from '../../../test/fakes/watches.js';
import { isDeviceNodePath } from './device-port-source.js';

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
  const bench = useDeviceBench();

  it('reads all facts of a device that is there when it starts', async () => {
    bench.tree.plug('ttyACM0', widget);
    const { source } = await bench.watch();
    const [port] = source.list();
    expect(port).toEqual({
      path: bench.node('ttyACM0'),
      node: bench.node('ttyACM0'),
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
    const { source, heard } = await bench.watch();
    bench.tree.plug('ttyUSB0', cheap);
    await heard.says(`+${bench.node('ttyUSB0')}`);
    expect(source.list()[0]).toMatchObject({ physicalPath: 'usb:1-4:1.0', vendorId: '1a86' });
    expect(source.list()[0]).not.toHaveProperty('serialNumber');
    bench.tree.unplug('ttyUSB0', cheap);
    await heard.says(`+${bench.node('ttyUSB0')}`, `-${bench.node('ttyUSB0')}`);
    expect(source.list()).toEqual([]);
  });

  it('leaves every other node and every link in the folder alone', async () => {
    bench.tree.addNode('ttyS0');
    bench.tree.addNode('ttyACM');
    bench.tree.addNode('ttyUSB0.bak');
    bench.tree.plug('ttyUSB0', cheap);
    symlinkSync('ttyUSB0', bench.node('ttyUSB9'));
    mkdirSync(bench.node('ttyUSB8'));
    const { source } = await bench.watch();
    expect(source.list().map(({ path }) => path)).toEqual([bench.node('ttyUSB0')]);
  });

  it('tells two identical adapters without serial numbers apart by where they are plugged in', async () => {
    bench.tree.plug('ttyUSB0', cheap);
    bench.tree.plug('ttyUSB1', { ...cheap, topology: '1-2.1.4' });
    const { source } = await bench.watch();
    const places = Object.fromEntries(source.list().map(({ path, physicalPath }) => [path, physicalPath]));
    expect(places).toEqual({
      [bench.node('ttyUSB0')]: 'usb:1-4:1.0',
      [bench.node('ttyUSB1')]: 'usb:1-2.1.4:1.0',
    });
  });

  it('tells the ports of an adapter with several interfaces apart', async () => {
    const quad = { ...cheap, topology: '3-1', serialNumber: 'FT4XYZ' };
    for (const interfaceNumber of [2, 0, 3, 1]) {
      bench.tree.plug(`ttyUSB${interfaceNumber}`, quad, { interfaceNumber });
    }
    const { source } = await bench.watch();
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
      bench.tree.plug(`ttyUSB${number}`, { ...cheap, topology: `1-${number}` });
    }
    const { heard } = await bench.watch();
    expect(heard.words()).toEqual(['ttyUSB2', 'ttyUSB9', 'ttyUSB10'].map((name) => `+${bench.node(name)}`));
  });

  it('reads the interface number as the hexadecimal number it is', async () => {
    bench.tree.plug('ttyACM0', widget, { interfaceNumber: 16 });
    const { source } = await bench.watch();
    expect(source.list()[0]?.interfaceNumber).toBe(16);
  });

  it('tells several ports on one and the same interface apart by their port number', async () => {
    bench.tree.plug('ttyUSB0', cheap, { portNumber: 0 });
    bench.tree.plug('ttyUSB1', cheap, { portNumber: 1 });
    const { source } = await bench.watch();
    expect(source.list().map(({ physicalPath }) => physicalPath)).toEqual(['usb:1-4:1.0', 'usb:1-4:1.0.1']);
  });

  it('names a port that is not on USB by its place in the machine', async () => {
    const uart = join(bench.tree.sysRoot, 'devices/platform/soc/3f201000.serial');
    mkdirSync(uart, { recursive: true });
    bench.tree.addTty('ttyUSB0', uart);
    bench.tree.addNode('ttyUSB0');
    const { source } = await bench.watch();
    expect(source.list()[0]).toMatchObject({ physicalPath: 'platform:soc/3f201000.serial' });
    expect(source.list()[0]).not.toHaveProperty('vendorId');
  });

  it('gives a device that comes back under another name the same physical path and another identity', async () => {
    bench.tree.plug('ttyACM0', widget);
    const { source, heard } = await bench.watch();
    const before = source.list()[0];
    bench.tree.unplug('ttyACM0', widget);
    bench.tree.plug('ttyACM1', widget);
    await heard.says(`+${bench.node('ttyACM0')}`, `-${bench.node('ttyACM0')}`, `+${bench.node('ttyACM1')}`);
    const after = source.list()[0];
    expect(after?.physicalPath).toBe(before?.physicalPath);
    expect(after?.identity).not.toBe(before?.identity);
  });

  it('tells a node that was made anew between two looks as a detach and an attach', async () => {
    const watches = createFakeWatches();
    bench.tree.plug('ttyACM0', widget);
    const { source, heard } = await bench.watch({ openWatch: watches.openWatch });
    const before = source.list()[0];
    bench.tree.removeNode('ttyACM0');
    // An inode number may be used again at once; the birth time tells them apart.
    bench.tree.addNode('ttyACM0');
    bench.clock.advance(5000);
    await heard.says(`+${bench.node('ttyACM0')}`, `-${bench.node('ttyACM0')}`, `+${bench.node('ttyACM0')}`);
    expect(source.list()[0]?.identity).not.toBe(before?.identity);
  });

  it('tells every bounce of a contact as it is', async () => {
    const { heard } = await bench.watch();
    const expected: string[] = [];
    for (let bounce = 0; bounce < 5; bounce++) {
      bench.tree.plug('ttyACM0', widget);
      expected.push(`+${bench.node('ttyACM0')}`);
      await heard.says(...expected);
      bench.tree.unplug('ttyACM0', widget);
      expected.push(`-${bench.node('ttyACM0')}`);
      await heard.says(...expected);
    }
  });

  it('waits for facts that come after the node rather than report half of them', async () => {
    const { source, heard } = await bench.watch();
    bench.tree.addNode('ttyACM0');
    await bench.settle();
    bench.clock.advance(20);
    await bench.settle();
    expect(heard.words()).toEqual([]);
    bench.tree.addFacts('ttyACM0', widget);
    await expect
      .poll(() => {
        bench.clock.advance(20);
        return heard.words();
      })
      .toEqual([`+${bench.node('ttyACM0')}`]);
    expect(source.list()[0]).toMatchObject({ physicalPath: 'usb:1-2.3:1.0', serialNumber: 'W-0001' });
  });

  it('waits for a USB device whose vendor is not written yet', async () => {
    bench.tree.plug('ttyACM0', widget);
    unlinkSync(join(bench.tree.adapterFolder(widget), 'idVendor'));
    const { source, heard } = await bench.watch();
    expect(source.list()).toEqual([]);
    writeFileSync(join(bench.tree.adapterFolder(widget), 'idVendor'), '1d6b\n');
    bench.clock.advance(20);
    await heard.says(`+${bench.node('ttyACM0')}`);
  });

  it('waits until the system has given this user its rights, and hears of that at once', async () => {
    const watches = createFakeWatches();
    let allowed = false;
    bench.tree.plug('ttyACM0', widget);
    const { source, heard } = await bench.watch({
      openWatch: watches.openWatch,
      mayUse: () => Promise.resolve(allowed),
    });
    expect(source.list()).toEqual([]);
    allowed = true;
    watches.entry(bench.tree.devRoot, 'change', 'ttyACM0');
    await heard.says(`+${bench.node('ttyACM0')}`);
  });

  it('reports after a second what never gets its facts or rights', async () => {
    const { source, heard } = await bench.watch({ mayUse: () => Promise.resolve(false) });
    bench.tree.plug('ttyACM0', widget);
    bench.tree.addNode('ttyUSB0');
    await bench.settle();
    for (let waited = 0; waited < 900; waited += 100) {
      bench.clock.advance(100);
      await bench.settle();
    }
    expect(heard.words()).toEqual([]);
    await expect
      .poll(() => {
        bench.clock.advance(100);
        return heard.words();
      })
      .toHaveLength(2);
    const places = source.list().map(({ physicalPath }) => physicalPath);
    expect(places.sort()).toEqual(['usb:1-2.3:1.0', `virtual:${bench.node('ttyUSB0')}`]);
  });

  it('says nothing of a node that goes before its facts come', async () => {
    const { heard } = await bench.watch();
    bench.tree.addNode('ttyACM0');
    await bench.settle();
    bench.tree.removeNode('ttyACM0');
    await bench.settle();
    await expect.poll(() => bench.clock.timers).toBe(1);
    bench.clock.advance(5000);
    await bench.settle();
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
