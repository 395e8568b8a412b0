/* eslint-disable no-empty-pattern -- Playwright reads what a fixture needs from its parameter's pattern. */
import { expect, test as base, type Page } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FakeStation } from '../../fakes/station.js';
import type {} from '../../fakes/window/main.js';
import { fakeWindowOptions, openWindow, type TestWindow, type WindowOptions } from './window.js';
import { startPanelServer, type PanelServer } from './panel-server.js';

/** A window over the fake station, which the test moves by hand. */
export interface FakeWindow extends TestWindow {
  /** Runs in the application's main process, with the station and one value that can be cloned. */
  actOnStation: <Argument, Answer>(
    act: (station: FakeStation, argument: Argument) => Answer,
    argument: Argument,
  ) => Promise<Answer>;
}

interface Fixtures {
  /** A home folder that is gone after the test. */
  home: string;
  /** Opens a window; it is ended after the test. */
  open: (options: WindowOptions) => Promise<TestWindow>;
  openFake: (change?: Partial<WindowOptions>) => Promise<FakeWindow>;
  /** A flasher's panel on 127.0.0.1, as legacy software makes them. */
  panelServer: PanelServer;
}

export const test = base.extend<Fixtures>({
  home: async ({}, use) => {
    const home = await mkdtemp(join(tmpdir(), 'slipway-e2e-'));
    await use(home);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  },
  open: async ({}, use) => {
    const windows: TestWindow[] = [];
    await use(async (options) => {
      const window = await openWindow(options);
      windows.push(window);
      return window;
    });
    await Promise.all(windows.map((window) => window.end()));
  },
  openFake: async ({ home, open }, use) => {
    await use(async (change = {}) => {
      const options = fakeWindowOptions(home);
      const environment = { ...options.environment, ...change.environment };
      const window = await open({ ...options, ...change, environment });
      // The station is made once the page has its scripts.
      await expect.poll(() => window.app.evaluate(() => globalThis.fakeStation !== undefined)).toBe(true);
      const fake = await window.app.evaluateHandle(() => {
        if (globalThis.fakeStation === undefined) throw new Error('This window has another station');
        return globalThis.fakeStation;
      });
      return {
        ...window,
        // Playwright's types would take handles among the argument apart; ours is a plain value.
        actOnStation: (act, argument) => fake.evaluate(act as never, argument),
      };
    });
  },
  panelServer: async ({}, use) => {
    const server = await startPanelServer();
    await use(server);
    await server.close();
  },
});

export { expect };

/** The page of a panel, once it shows what begins with this address or matches it. */
export async function panelPage({ app }: TestWindow, url: string | RegExp): Promise<Page> {
  const shows = (page: Page): boolean =>
    typeof url === 'string' ? page.url().startsWith(url) : url.test(page.url());
  let found: Page | undefined;
  await expect
    .poll(() => {
      found = app.windows().find(shows);
      return found !== undefined;
    })
    .toBe(true);
  if (found === undefined) throw new Error(`No page shows ${String(url)}`);
  return found;
}

/** A count above 0 once it has been the same for a second and a half: parts of a page come one after the other. */
export async function settled(count: () => Promise<number>): Promise<number> {
  let last = 0;
  let times = 0;
  await expect
    .poll(
      async () => {
        const now = await count();
        times = now > 0 && now === last ? times + 1 : 0;
        last = now;
        return times;
      },
      { intervals: [500] },
    )
    .toBe(3);
  return last;
}

/**
 * Loads the window's page anew, as its menu does. Not by Playwright's own `reload`: on a busy machine it now and
 * then takes the navigation of an own scheme for one that was aborted.
 */
export async function reloadPage({ app, page }: Pick<TestWindow, 'app' | 'page'>): Promise<void> {
  await page.evaluate(() => Reflect.set(globalThis, 'before', true));
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.reload());
  await page.waitForFunction(() => !Reflect.has(globalThis, 'before'));
  await page.waitForLoadState('load');
}
