import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/fakes/clock.js';
import { createDeviceTree } from '../../../test/fakes/device-tree.js';
import { recordPortEvents } from '../../../test/fakes/port-events.js';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { createFakeWatches, systemError } from '../../../test/fakes/watches.js';
import { createDevicePortSource, type DevicePortSourceOptions } from './device-port-source.js';

const widget = { topology: '1-2.3', vendorId: '1d6b', productId: '0104' };

describe('a source that watches folders', () => {
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

  it('does not look when a port that it knows is written to', async () => {
    const watches = createFakeWatches();
    let asked = 0;
    tree.plug('ttyACM0', widget);
    await watch({
      openWatch: watches.openWatch,
      isDeviceNode: (stats) => {
        asked++;
        return stats.isFile();
      },
    });
    await settle();
    const before = asked;
    for (let write = 0; write < 100; write++) watches.entry(tree.devRoot, 'change', 'ttyACM0');
    await settle();
    expect(asked).toBe(before);
  });

  it('finds by its safety look what the system forgot to report', async () => {
    const { heard } = await watch({ openWatch: createFakeWatches().openWatch });
    tree.plug('ttyACM0', widget);
    clock.advance(4999);
    await settle();
    expect(heard.words()).toEqual([]);
    clock.advance(1);
    await heard.says(`+${node('ttyACM0')}`);
  });

  it('starts although its folder is not there, says so, and works once it is', async () => {
    rmSync(tree.devRoot, { recursive: true });
    const { heard } = await watch();
    await heard.says('!port-watch-failed');
    expect(heard.events[0]).toMatchObject({
      source: 'devices',
      fault: { params: { path: tree.devRoot, reason: 'ENOENT' } },
    });
    mkdirSync(tree.devRoot);
    tree.plug('ttyACM0', widget);
    clock.advance(250);
    await heard.says('!port-watch-failed', `+${node('ttyACM0')}`, 'ok');
  });

  it('detaches everything when its folder vanishes, and comes back with it', async () => {
    tree.plug('ttyACM0', widget);
    const { heard } = await watch();
    renameSync(tree.devRoot, join(root, 'gone'));
    await heard.says(`+${node('ttyACM0')}`, `-${node('ttyACM0')}`, '!port-watch-failed');
    renameSync(join(root, 'gone'), tree.devRoot);
    clock.advance(250);
    await heard.says(
      `+${node('ttyACM0')}`,
      `-${node('ttyACM0')}`,
      '!port-watch-failed',
      `+${node('ttyACM0')}`,
      'ok',
    );
  });

  it('waits twice as long after each failure, ten seconds at most, and anew after a quiet time', async () => {
    const attempts: number[] = [];
    let broken = true;
    const start = clock.now();
    const watches = createFakeWatches({
      fail: (folder) => {
        attempts.push(clock.now() - start);
        return broken ? systemError('ENOSPC', folder) : null;
      },
    });
    const { heard } = await watch({ openWatch: watches.openWatch });
    for (const wait of [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
      const count = attempts.length;
      clock.advance(wait - 1);
      await settle();
      expect(attempts).toHaveLength(count);
      clock.advance(1);
      await expect.poll(() => attempts).toHaveLength(count + 1);
    }
    // One fault, not one an attempt.
    expect(heard.words()).toEqual(['!port-watch-failed']);
    broken = false;
    clock.advance(10_000);
    await heard.says('!port-watch-failed', 'ok');
    clock.advance(10_000);
    await settle();
    watches.breakAll(systemError('EIO', tree.devRoot));
    const count = attempts.length;
    clock.advance(250);
    await expect.poll(() => attempts).toHaveLength(count + 1);
  });

  it('keeps its ports and says what is wrong when the system cannot tell how one is', async () => {
    tree.plug('ttyACM0', widget);
    let sick = false;
    const { source, heard } = await watch({
      isDeviceNode: (stats) => {
        if (sick) throw systemError('EIO', node('ttyACM0'));
        return stats.isFile();
      },
    });
    sick = true;
    clock.advance(5000);
    await heard.says(`+${node('ttyACM0')}`, '!port-watch-failed');
    expect(source.list()).toHaveLength(1);
    sick = false;
    clock.advance(250);
    await heard.says(`+${node('ttyACM0')}`, '!port-watch-failed', 'ok');
  });

  it('leaves no watch and no timer behind', async () => {
    const watches = createFakeWatches();
    tree.addNode('ttyACM0');
    const { source } = await watch({ openWatch: watches.openWatch });
    expect(watches.folders()).toEqual([tree.devRoot]);
    expect(clock.timers).toBe(2);
    source.dispose();
    expect(watches.folders()).toEqual([]);
    expect(clock.timers).toBe(0);
  });
});
