import type { Page } from '@playwright/test';
import { fakeRunningBay } from '../fakes/station.js';
import { startPanelServer } from './harness/panel-server.js';
import { expect, panelPage, test, type FakeWindow, reloadPage } from './harness/fixtures.js';

const bounds = { x: 40, y: 120, width: 700, height: 400 };

/** A bay whose panel is published, and the window's page with the panel placed by hand. */
async function showPanel({ page, actOnStation }: FakeWindow, port: number, bay = 1): Promise<void> {
  const running = fakeRunningBay(bay, { panelPort: port, panelReady: true });
  await actOnStation((station, view) => station.setBay(view), running);
  await place(page, bay);
}

async function place(page: Page, bay: number): Promise<void> {
  const reply = await page.evaluate(
    ([number, at]) => slipway.call('panel.place', { bay: number, bounds: at }),
    [bay, bounds] as const,
  );
  expect(reply).toEqual({ ok: true });
}

/** The views that lie over the page, as the window has them. */
function panelViews({ app }: FakeWindow) {
  return app.evaluate(({ BrowserWindow }) =>
    (BrowserWindow.getAllWindows()[0]?.contentView.children ?? []).map((view) => ({
      bounds: view.getBounds(),
      url: 'webContents' in view ? (view.webContents as Electron.WebContents).getURL() : '',
    })),
  );
}

/** Makes each view remember whether it was shown or hidden last; Electron tells it only in later versions. */
function rememberVisibility({ app }: FakeWindow): Promise<void> {
  return app.evaluate(({ View }) => {
    const setVisible = Reflect.get(View.prototype, 'setVisible');
    View.prototype.setVisible = function (isVisible) {
      Reflect.set(this, 'wasShown', isVisible);
      setVisible.call(this, isVisible);
    };
  });
}

function shownPanels({ app }: FakeWindow): Promise<string[]> {
  return app.evaluate(({ BrowserWindow }) =>
    (BrowserWindow.getAllWindows()[0]?.contentView.children ?? [])
      .filter((view) => Reflect.get(view, 'wasShown') === true)
      .map((view) => ('webContents' in view ? (view.webContents as Electron.WebContents).getURL() : '')),
  );
}

test('shows a bay’s panel where the page puts it, and keeps a login that lives in a Lax cookie', async ({
  openFake,
  panelServer,
}) => {
  const window = await openFake();
  await showPanel(window, panelServer.port);
  const panel = await panelPage(window, panelServer.url);
  await panel.getByRole('button', { name: 'Log in' }).click();
  await expect(panel.getByRole('heading')).toHaveText('Welcome, operator');
  const views = await panelViews(window);
  expect(views.filter(({ url }) => url === panelServer.url)).toMatchObject([{ bounds }]);

  // The window is loaded anew; the panel is not, and is still logged in.
  await reloadPage(window);
  await place(window.page, 1);
  expect(panel.isClosed()).toBe(false);
  await panel.reload();
  await expect(panel.getByRole('heading')).toHaveText('Welcome, operator');
});

test('keeps panels on neighbouring ports apart, cookies and all', async ({ openFake, panelServer }) => {
  const window = await openFake();
  const other = await startPanelServer();
  await rememberVisibility(window);
  try {
    await showPanel(window, panelServer.port, 1);
    const first = await panelPage(window, panelServer.url);
    await first.getByRole('button', { name: 'Log in' }).click();
    await expect(first.getByRole('heading')).toHaveText('Welcome, operator');
    await showPanel(window, other.port, 2);
    const second = await panelPage(window, other.url);
    await expect(second.getByRole('heading')).toHaveText('Please log in');
    expect(await shownPanels(window)).toEqual([other.url]);
    await window.page.evaluate(() => slipway.call('panel.hide', undefined));
    expect(await shownPanels(window)).toEqual([]);
    await place(window.page, 1);
    expect(await shownPanels(window)).toEqual([panelServer.url]);
  } finally {
    await other.close();
  }
});

test('lets a panel reach its own port and nothing else', async ({ openFake, panelServer }) => {
  const window = await openFake();
  const other = await startPanelServer();
  try {
    await showPanel(window, panelServer.port);
    const panel = await panelPage(window, panelServer.url);
    await expect(panel.getByRole('heading')).toBeVisible();
    const outcomes = await panel.evaluate(
      async ({ own, foreign, port }) => {
        const reaches = (url: string): Promise<boolean> =>
          fetch(url, { mode: 'no-cors' }).then(
            () => true,
            () => false,
          );
        const connects = (url: string): Promise<boolean> =>
          new Promise((resolve) => {
            const socket = new WebSocket(url);
            socket.onopen = () => resolve(true);
            socket.onerror = () => resolve(false);
          });
        return {
          own: await reaches(`${own}status`),
          foreign: await reaches(foreign),
          named: await reaches(`http://localhost:${port}/`),
          window: await reaches('app://slipway/index.html'),
          disk: await reaches('file:///etc/passwd'),
          elsewhere: await reaches('http://192.0.2.1/'),
          foreignSocket: await connects(foreign.replace('http', 'ws')),
          opened: globalThis.open('/') === null,
          bridge: typeof Reflect.get(globalThis, 'slipway'),
          node: typeof Reflect.get(globalThis, 'process'),
          notifications: await Notification.requestPermission(),
          position: await new Promise((resolve) =>
            navigator.geolocation.getCurrentPosition(
              () => resolve('given'),
              () => resolve('denied'),
            ),
          ),
          // Answered at once: no dialog of a page stands before the station.
          confirmed: confirm('Really?'),
        };
      },
      { own: panelServer.url, foreign: other.url, port: panelServer.port },
    );
    expect(outcomes).toEqual({
      own: true,
      foreign: false,
      named: false,
      window: false,
      disk: false,
      elsewhere: false,
      foreignSocket: false,
      opened: true,
      bridge: 'undefined',
      node: 'undefined',
      notifications: 'denied',
      position: 'denied',
      confirmed: false,
    });
    // What is no request of a page (a name looked up, a preconnection) finds no way out either.
    const ways = await window.app.evaluate(
      ({ session }, urls) => {
        const own = session.fromPartition('panel-1');
        return Promise.all(urls.map((url) => own.resolveProxy(url)));
      },
      [panelServer.url, other.url, 'http://localhost/', 'https://example.com/'],
    );
    expect(ways).toEqual(['DIRECT', ...Array<string>(3).fill('SOCKS5 127.0.0.1:1')]);
    // Neither by a link nor by a redirect nor in a frame.
    await panel.evaluate((url) => void (location.href = url), other.url);
    await panel.evaluate((url) => {
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(frame);
    }, other.url);
    await panel.evaluate(() => void (location.href = '/elsewhere'));
    await expect.poll(() => panelServer.requests).toContain('GET /elsewhere');
    await panel.waitForTimeout(300);
    expect(other.requests).toEqual([]);
    expect(panelServer.requests).toContain('GET /status');
  } finally {
    await other.close();
  }
});

test('puts a page of its own where a panel does not answer, and the panel back when it does', async ({
  openFake,
  panelServer,
}) => {
  const window = await openFake();
  await panelServer.silence();
  await showPanel(window, panelServer.port);
  const panel = await panelPage(window, 'app://panel/');
  await expect(panel.getByRole('heading')).toHaveText('The panel of bay 1 does not answer.');
  await window.actOnStation((station, locale) => {
    station.setView({ settings: { ...station.view().settings, locale } });
  }, 'es' as const);
  await expect(panel.getByRole('heading')).toHaveText('El panel de la bahía 1 no responde.');
  await panelServer.answer();
  await expect(panel.getByRole('heading')).toHaveText('Please log in');
  expect(panel.url()).toBe(panelServer.url);

  // It is lost again, and the run is over: now the button alone asks.
  await panelServer.silence();
  await window.page.evaluate(() => slipway.call('panel.reload', { bay: 1 }));
  await expect(panel.getByRole('heading')).toHaveText('El panel de la bahía 1 no responde.');
  const ended = fakeRunningBay(1, { panelPort: panelServer.port, panelReady: true, endedAt: 1 });
  await window.actOnStation((station, bay) => station.setBay(bay), ended);
  await panelServer.answer();
  await panel.waitForTimeout(2500);
  expect(panelServer.requests.length).toBeLessThan(10);
  await expect(panel.getByRole('link', { name: 'Reintentar' })).toBeVisible();
  await panel.getByRole('link').click();
  await expect(panel.getByRole('heading')).toHaveText('Please log in');
});

test('a panel that crashes hurts nobody and comes back', async ({ openFake, panelServer }) => {
  const window = await openFake();
  await showPanel(window, panelServer.port);
  const panel = await panelPage(window, panelServer.url);
  await expect(panel.getByRole('heading')).toBeVisible();
  await window.app.evaluate(({ webContents }, url) => {
    webContents
      .getAllWebContents()
      .find((contents) => contents.getURL() === url)
      ?.forcefullyCrashRenderer();
  }, panelServer.url);
  const urls = async (): Promise<string[]> => (await panelViews(window)).map(({ url }) => url);
  await expect.poll(urls).toContain('app://panel/retry');
  expect(await window.page.evaluate(() => slipway.call('runs.list', {}))).toMatchObject({ ok: true });
  await expect.poll(urls, { timeout: 10_000 }).toContain(panelServer.url);
});

test('a panel goes with its container, and the next run’s begins with nothing of it', async ({
  openFake,
  panelServer,
}) => {
  const window = await openFake();
  await showPanel(window, panelServer.port);
  const panel = await panelPage(window, panelServer.url);
  await panel.getByRole('button', { name: 'Log in' }).click();
  await expect(panel.getByRole('heading')).toHaveText('Welcome, operator');

  const gone = fakeRunningBay(1, { panelPort: null, endedAt: 1, verdict: 'PASS' });
  await window.actOnStation((station, bay) => station.setBay(bay), gone);
  await expect.poll(() => panel.isClosed()).toBe(true);
  const urls = async (): Promise<string[]> => (await panelViews(window)).map(({ url }) => url);
  expect((await urls()).filter((url) => url.startsWith('http'))).toEqual([]);

  const next = fakeRunningBay(1, { id: 'run-bay-1-0002', panelPort: panelServer.port, panelReady: true });
  await window.actOnStation((station, bay) => station.setBay(bay), next);
  await place(window.page, 1);
  const fresh = await panelPage(window, panelServer.url);
  await expect(fresh.getByRole('heading')).toHaveText('Please log in');
});

test('the keyboard goes into a panel and comes back, and the window’s keys work inside it', async ({
  openFake,
  panelServer,
}) => {
  const window = await openFake();
  const { page, app } = window;
  await showPanel(window, panelServer.port);
  const panel = await panelPage(window, panelServer.url);
  await expect(panel.getByRole('heading')).toBeVisible();
  await page.evaluate(() => {
    const heard: string[] = [];
    Reflect.set(globalThis, 'heard', heard);
    slipway.subscribe('shortcut', undefined, ({ key }) => heard.push(key));
  });
  const focused = (): Promise<string> =>
    app.evaluate(({ webContents }) => webContents.getFocusedWebContents()?.getURL() ?? '');
  const press = (key: string, modifiers: ('control' | 'shift')[] = []): Promise<void> =>
    app.evaluate(
      ({ webContents }, { keyCode, held }) => {
        const target = webContents.getFocusedWebContents();
        target?.sendInputEvent({ type: 'keyDown', keyCode, modifiers: held });
        target?.sendInputEvent({ type: 'keyUp', keyCode, modifiers: held });
      },
      { keyCode: key, held: modifiers },
    );
  // A panel that loads does not take the keyboard from the page.
  expect(await focused()).toMatch(/^app:\/\/slipway\//);
  const enter = async (): Promise<void> => {
    await place(page, 1);
    await page.evaluate(() => slipway.call('panel.focus', { bay: 1 }));
    await expect.poll(focused).toBe(panelServer.url);
  };
  for (const [key, modifiers] of [
    ['F6', []],
    ['PageDown', ['control']],
    ['PageUp', ['control']],
    ['F9', []],
    ['Escape', []],
    ['F9', ['shift']],
  ] as [string, ('control' | 'shift')[]][]) {
    await enter();
    await press(key, modifiers);
    await expect.poll(focused).toMatch(/^app:\/\/slipway\//);
  }
  const heard = (): Promise<string[]> => page.evaluate(() => Reflect.get(globalThis, 'heard') as string[]);
  await expect.poll(heard).toEqual(['nextBay', 'previousBay', 'flash', 'escape', 'abort']);
});

test('F6 leads from the page into the panel that is shown', async ({ openFake, panelServer }) => {
  const window = await openFake();
  await showPanel(window, panelServer.port);
  await expect((await panelPage(window, panelServer.url)).getByRole('heading')).toBeVisible();
  const focused = await window.app.evaluate(({ Menu, webContents }) => {
    const items = (Menu.getApplicationMenu()?.items ?? []).flatMap(({ submenu }) => submenu?.items ?? []);
    items.find(({ accelerator }) => accelerator === 'F6')?.click();
    return webContents.getFocusedWebContents()?.getURL();
  });
  expect(focused).toBe(panelServer.url);
});

test('a panel follows the window’s zoom', async ({ openFake, panelServer }) => {
  const window = await openFake();
  await showPanel(window, panelServer.port);
  const panel = await panelPage(window, panelServer.url);
  await expect(panel.getByRole('heading')).toBeVisible();
  await window.page.evaluate(() => slipway.call('window.zoom', { step: 'in' }));
  const views = (await panelViews(window)).filter(({ url }) => url === panelServer.url);
  expect(views).toMatchObject([{ bounds: { x: 44, y: 132, width: 770, height: 440 } }]);
  await expect.poll(() => panel.evaluate(() => devicePixelRatio)).toBeCloseTo(1.1);
});
