import { app } from 'electron';
import { runShell } from '../../../src-main/electron/shell.js';
import { createFakeStation, fakeBay, fakeRunningBay, type FakeStation } from '../station.js';

declare global {
  /** For a test to reach through Playwright's `app.evaluate`. */
  var fakeStation: FakeStation | undefined;
}

// The real shell and the real page over a station that shows what it is told.
const root = process.env['SLIPWAY_ROOT'];
if (root === undefined) throw new Error('SLIPWAY_ROOT does not say where the checkout is');
// The page crashes once when it has been read but not loaded, at the worst moment for the start.
if (process.env['SLIPWAY_FAKE_CRASH'] === 'once') {
  app.once('web-contents-created', (_event, contents) => {
    contents.once('dom-ready', () => contents.forcefullyCrashRenderer());
  });
}
void runShell({
  root,
  loadStation: () =>
    Promise.resolve(({ home }) => {
      const station = createFakeStation({ home });
      globalThis.fakeStation = station;
      const bays = Number(process.env['SLIPWAY_FAKE_BAYS'] ?? 0);
      for (let number = 1; number <= bays; number += 1) {
        station.setBay(
          number % 2 === 0 ? fakeBay(number) : fakeRunningBay(number, { progress: { percent: number * 6 } }),
        );
      }
      return station;
    }),
});
