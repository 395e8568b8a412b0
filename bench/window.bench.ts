import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { makeBench } from '../test/integration/station-harness.js';
import { openWindow, type WindowOptions } from '../test/e2e/harness/window.js';
import { figure, median, type Bench } from './figures.js';

export const bench: Bench = {
  title: 'From the start of the process to a window that can be used, against an empty Electron window',
  needs: ['build', 'engine', 'window'],
  async run({ projectRoot, say, quick }) {
    const physicalPath = (number: number): string => `virtual:/nowhere/ttyWIDGET${number}`;
    const bays = Object.fromEntries([1, 2, 3, 4].map((number) => [physicalPath(number), { number }]));
    const place = await makeBench({ locale: 'en', bays });
    try {
      const full: WindowOptions = { entry: projectRoot, home: place.home };
      const empty: WindowOptions = {
        entry: join(projectRoot, 'bench/empty-window/main.mjs'),
        home: place.home,
      };
      // The first reads everything from disk.
      await open(empty);
      await open(full);
      const pairs = quick ? 2 : 10;
      say(`opening ${pairs} windows of each kind`);
      const own: number[] = [];
      const plain: number[] = [];
      for (let nth = 0; nth < pairs; nth++) {
        plain.push(await open(empty));
        own.push(await open(full));
      }
      return [
        figure('window usable, against an empty Electron window', {
          value: median(own) / median(plain),
          unit: '×',
          limit: 1.5,
          runs: own.map((ms, index) => ms / (plain[index] ?? NaN)),
          facts: { windowMs: median(own), emptyMs: median(plain), pairs },
        }),
      ];
    } finally {
      await place.dispose();
    }
  },
};

/**
 * How long until the first bay is drawn from the station's own state and the page answers; ms. Both kinds
 * are started and watched in the same way, so what that costs is on both sides.
 */
async function open(options: WindowOptions): Promise<number> {
  const began = performance.now();
  const window = await openWindow(options);
  try {
    await window.page.locator('[data-bay="1"]').waitFor({ state: 'visible' });
    await window.page.evaluate(() => document.readyState);
    return performance.now() - began;
  } finally {
    await window.end();
  }
}
