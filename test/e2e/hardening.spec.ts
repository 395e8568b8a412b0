import { join } from 'node:path';
import { projectRoot } from '../../scripts/lib/main.mjs';
import { fakeRunningBay } from '../fakes/station.js';
import { expect, test, reloadPage } from './harness/fixtures.js';
import { startPanelServer } from './harness/panel-server.js';

test('the page goes nowhere, opens nothing, reaches nobody and is permitted nothing', async ({
  openFake,
}) => {
  const { page, app, errors } = await openFake();
  const elsewhere = await startPanelServer();
  try {
    const outcomes = await page.evaluate(async (url) => {
      const reaches = (address: string): Promise<boolean> =>
        fetch(address, { mode: 'no-cors' }).then(
          () => true,
          () => false,
        );
      const loads = (tag: 'script' | 'img' | 'iframe', source: string): Promise<boolean> =>
        new Promise((resolve) => {
          const element = document.createElement(tag);
          element.onload = () => resolve(tag !== 'iframe');
          element.onerror = () => resolve(false);
          try {
            element.src = source;
            document.body.append(element);
          } catch {
            resolve(false); // A script's address is no plain text.
          }
        });
      return {
        opened: globalThis.open(url) === null,
        fetched: await reaches(url),
        disk: await reaches('file:///etc/passwd'),
        script: await loads('script', `${url}script.js`),
        image: await loads('img', `${url}image.png`),
        frame: await loads('iframe', url),
        evaluated: (() => {
          try {
            return Boolean((0, eval)('1'));
          } catch {
            return false;
          }
        })(),
        notifications: await Notification.requestPermission(),
        camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(
          () => 'given',
          () => 'denied',
        ),
        clipboard: await navigator.clipboard.readText().then(
          () => 'given',
          () => 'denied',
        ),
        serial: typeof Reflect.get(navigator, 'serial'),
      };
    }, elsewhere.url);
    expect(outcomes).toMatchObject({
      opened: true,
      fetched: false,
      disk: false,
      script: false,
      image: false,
      frame: false,
      evaluated: false,
      notifications: 'denied',
      camera: 'denied',
      clipboard: 'denied',
    });

    await page.evaluate((url) => void (location.href = url), elsewhere.url);
    await expect.poll(errors).toContain('navigation refused');
    await page.evaluate(() => void (location.href = 'file:///etc/passwd'));
    await page.waitForTimeout(300);
    expect(page.url()).toContain('app://slipway/');
    // The page lives on: a refused navigation ends no subscription.
    expect(await page.evaluate(() => slipway.call('runs.list', {}))).toMatchObject({ ok: true });
    expect(app.windows()).toHaveLength(1);
    expect(elsewhere.requests).toEqual([]);
  } finally {
    await elsewhere.close();
  }
});

test('text does not become markup, nor markup a script or a style', async ({ openFake }) => {
  const { page } = await openFake();
  const outcome = await page.evaluate(() => {
    const refuses = (act: () => void): boolean => {
      try {
        act();
        return false;
      } catch (error) {
        return error instanceof TypeError;
      }
    };
    const probe = document.createElement('p');
    probe.setAttribute('style', 'color: rgb(1, 2, 3)');
    document.body.append(probe);
    return {
      markup: refuses(() => probe.insertAdjacentHTML('beforeend', '<b>bold</b>')),
      script: refuses(() => {
        document.createElement('script').textContent = '1';
      }),
      handler: refuses(() => probe.setAttribute('onclick', 'alert(1)')),
      anotherPolicy: refuses(() => {
        const types = Reflect.get(globalThis, 'trustedTypes') as {
          createPolicy(name: string, rules: object): void;
        };
        types.createPolicy('mine', {});
      }),
      color: getComputedStyle(probe).color,
    };
  });
  expect(outcome).toMatchObject({ markup: true, script: true, handler: true, anotherPolicy: true });
  expect(outcome.color).not.toBe('rgb(1, 2, 3)');
});

test('the app scheme gives out the built page and nothing beside it, with its headers', async ({
  openFake,
}) => {
  const { page } = await openFake();
  const answers = await page.evaluate(async () => {
    const ask = async (path: string): Promise<number> => (await fetch(path)).status;
    const index = await fetch('/index.html');
    return {
      index: index.status,
      policy: index.headers.get('content-security-policy'),
      sniffing: index.headers.get('x-content-type-options'),
      opener: index.headers.get('cross-origin-opener-policy'),
      escaped: await Promise.all(
        [
          '/%2e%2e%2fpreload/preload.cjs',
          '/..%2f..%2fpackage.json',
          '/..%5c..%5cpackage.json',
          '/none.js',
        ].map(ask),
      ),
      posted: (await fetch('/index.html', { method: 'POST' })).status,
    };
  });
  expect(answers).toMatchObject({
    index: 200,
    sniffing: 'nosniff',
    opener: 'same-origin',
    escaped: [404, 404, 404, 404],
    posted: 404,
  });
  expect(answers.policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
});

test('calls that are unknown or malformed are refused, and the station hears nothing of them', async ({
  openFake,
}) => {
  const { page, actOnStation } = await openFake();
  const before = await actOnStation((station) => station.asked.length, undefined);
  const codes = await page.evaluate(async () => {
    type AnyCall = (name: unknown, input: unknown) => Promise<{ error?: { code: string } }>;
    const call = Reflect.get(slipway, 'call') as AnyCall;
    const tries: [unknown, unknown][] = [
      ['no.such', undefined],
      ['toString', undefined],
      [{ toString: 'bay.abort' }, { bay: 1 }],
      ['bay.abort', { bay: 'one' }],
      ['bay.abort', undefined],
      ['panel.place', { bay: 1, bounds: { x: -1, y: 0, width: 1, height: 1 } }],
      ['runs.show', { runId: '../../etc/passwd' }],
    ];
    return Promise.all(tries.map(async ([name, input]) => (await call(name, input)).error?.code));
  });
  expect(codes).toEqual([
    'call-unknown',
    'call-unknown',
    'call-unknown',
    'call-input-invalid',
    'call-input-invalid',
    'call-input-invalid',
    'call-input-invalid',
  ]);
  expect(await actOnStation((station) => station.asked.length, undefined)).toBe(before);
});

test('a frame in the page and a foreign page with the same preload get no answer', async ({ openFake }) => {
  const { page, app, actOnStation, errors } = await openFake();
  // The policy keeps frames out; a hole in it must not open the station.
  await page.evaluate(() => {
    const frame = document.createElement('iframe');
    frame.src = 'about:blank';
    document.body.append(frame);
  });
  expect(await page.evaluate(() => typeof Reflect.get(globalThis.frames[0] ?? {}, 'slipway'))).toBe(
    'undefined',
  );

  const before = await actOnStation((station) => station.asked.length, undefined);
  const replies = await app.evaluate(
    async ({ BrowserWindow, session }, preload) => {
      const own = BrowserWindow.getAllWindows()[0]?.webContents;
      if (own === undefined) throw new Error('there is no window');
      const ask = async (url: string, of: Electron.Session): Promise<unknown> => {
        const stranger = new BrowserWindow({
          show: false,
          webPreferences: { preload, sandbox: true, session: of },
        });
        await stranger.loadURL(url);
        const code: unknown = await stranger.webContents.executeJavaScript(
          "slipway.call('bay.abort', { bay: 1 }).then((reply) => reply.error.code)",
        );
        stranger.destroy();
        return code;
      };
      return [
        await ask('data:text/html,<p>stranger', session.fromPartition('stranger')),
        // Even the page itself, when it is not in the window.
        await ask('app://slipway/index.html', own.session),
      ];
    },
    join(projectRoot, 'dist', 'preload', 'preload.cjs'),
  );
  expect(replies).toEqual(['call-refused', 'call-refused']);
  expect(errors()).toContain('call-refused');
  expect(await actOnStation((station) => station.asked.length, undefined)).toBe(before);
});

test('the page itself never meets its own policy, on any screen, in either language', async ({
  openFake,
}) => {
  const { app, page, actOnStation, complaints } = await openFake();
  await actOnStation((station, bay) => station.setBay(bay), fakeRunningBay(1, { progress: { percent: 40 } }));
  for (const locale of ['en', 'es'] as const) {
    await actOnStation((station, wanted) => {
      station.setView({ settings: { ...station.view().settings, locale: wanted } });
    }, locale);
    for (const key of ['Control+1', 'Control+2', 'Control+3', 'Control+,', 'Control+1', '1', 'Enter', '?']) {
      await page.keyboard.press(key);
      await page.waitForTimeout(100);
    }
    await page.keyboard.press('Escape');
  }
  await reloadPage({ app, page });
  await expect(page.locator('main')).toBeVisible();
  expect(complaints()).toEqual([]);
});
