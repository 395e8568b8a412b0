import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useDeviceBench } from '../../../test/fakes/device-bench.js';
import { createFakeWatches, systemError } from '../../../test/fakes/watches.js';

const widget = { topology: '1-2.3', vendorId: '1d6b', productId: '0104' };

describe('a source that watches folders', () => {
  const bench = useDeviceBench();

  it('does not look when a port that it knows is written to', async () => {
    const watches = createFakeWatches();
    let asked = 0;
    bench.tree.plug('ttyACM0', widget);
    await bench.watch({
      openWatch: watches.openWatch,
      isDeviceNode: (stats) => {
        asked++;
        return stats.isFile();
      },
    });
    await bench.settle();
    const before = asked;
    for (let write = 0; write < 100; write++) watches.entry(bench.tree.devRoot, 'change', 'ttyACM0');
    await bench.settle();
    expect(asked).toBe(before);
  });

  it('finds by its safety look what the system forgot to report', async () => {
    const { heard } = await bench.watch({ openWatch: createFakeWatches().openWatch });
    bench.tree.plug('ttyACM0', widget);
    bench.clock.advance(4999);
    await bench.settle();
    expect(heard.words()).toEqual([]);
    bench.clock.advance(1);
    await heard.says(`+${bench.node('ttyACM0')}`);
  });

  it('starts although its folder is not there, says so, and works once it is', async () => {
    rmSync(bench.tree.devRoot, { recursive: true });
    const { heard } = await bench.watch();
    await heard.says('!port-watch-failed');
    expect(heard.events[0]).toMatchObject({
      source: 'devices',
      fault: { params: { path: bench.tree.devRoot, reason: 'ENOENT' } },
    });
    mkdirSync(bench.tree.devRoot);
    bench.tree.plug('ttyACM0', widget);
    bench.clock.advance(250);
    await heard.says('!port-watch-failed', `+${bench.node('ttyACM0')}`, 'ok');
  });

  it('detaches everything when its folder vanishes, and comes back with it', async () => {
    bench.tree.plug('ttyACM0', widget);
    const { heard } = await bench.watch();
    renameSync(bench.tree.devRoot, join(bench.root, 'gone'));
    await heard.says(`+${bench.node('ttyACM0')}`, `-${bench.node('ttyACM0')}`, '!port-watch-failed');
    renameSync(join(bench.root, 'gone'), bench.tree.devRoot);
    bench.clock.advance(250);
    await heard.says(
      `+${bench.node('ttyACM0')}`,
      `-${bench.node('ttyACM0')}`,
      '!port-watch-failed',
      `+${bench.node('ttyACM0')}`,
      'ok',
    );
  });

  it('waits twice as long after each failure, ten seconds at most, and anew after a quiet time', async () => {
    const attempts: number[] = [];
    let broken = true;
    const start = bench.clock.now();
    const watches = createFakeWatches({
      fail: (folder) => {
        attempts.push(bench.clock.now() - start);
        return broken ? systemError('ENOSPC', folder) : null;
      },
    });
    const { heard } = await bench.watch({ openWatch: watches.openWatch });
    for (const wait of [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
      const count = attempts.length;
      bench.clock.advance(wait - 1);
      await bench.settle();
      expect(attempts).toHaveLength(count);
      bench.clock.advance(1);
      await expect.poll(() => attempts).toHaveLength(count + 1);
    }
    // One fault, not one an attempt.
    expect(heard.words()).toEqual(['!port-watch-failed']);
    broken = false;
    bench.clock.advance(10_000);
    await heard.says('!port-watch-failed', 'ok');
    bench.clock.advance(10_000);
    await bench.settle();
    watches.breakAll(systemError('EIO', bench.tree.devRoot));
    const count = attempts.length;
    bench.clock.advance(250);
    await expect.poll(() => attempts).toHaveLength(count + 1);
  });

  it('keeps its ports and says what is wrong when the system cannot tell how one is', async () => {
    bench.tree.plug('ttyACM0', widget);
    let sick = false;
    const { source, heard } = await bench.watch({
      isDeviceNode: (stats) => {
        if (sick) throw systemError('EIO', bench.node('ttyACM0'));
        return stats.isFile();
      },
    });
    sick = true;
    bench.clock.advance(5000);
    await heard.says(`+${bench.node('ttyACM0')}`, '!port-watch-failed');
    expect(source.list()).toHaveLength(1);
    sick = false;
    bench.clock.advance(250);
    await heard.says(`+${bench.node('ttyACM0')}`, '!port-watch-failed', 'ok');
  });

  it('leaves no watch and no timer behind', async () => {
    const watches = createFakeWatches();
    bench.tree.addNode('ttyACM0');
    const { source } = await bench.watch({ openWatch: watches.openWatch });
    expect(watches.folders()).toEqual([bench.tree.devRoot]);
    expect(bench.clock.timers).toBe(2);
    source.dispose();
    expect(watches.folders()).toEqual([]);
    expect(bench.clock.timers).toBe(0);
  });
});
