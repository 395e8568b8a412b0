import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/lib/main.mjs';
import { fakeBay } from '../fakes/station.js';
import { expect, settled, test, type FakeWindow } from './harness/fixtures.js';
import { runToEnd } from './harness/process.js';
import { fakeWindowOptions } from './harness/window.js';

const setLocale = ({ actOnStation }: FakeWindow, locale: 'en' | 'es'): Promise<void> =>
  actOnStation((station, wanted) => {
    station.setView({ settings: { ...station.view().settings, locale: wanted } });
  }, locale);

test('a second start with the same home brings the first window to the front and ends', async ({
  openFake,
  home,
}) => {
  const { app } = await openFake();
  const isMinimized = (): Promise<boolean | undefined> =>
    app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized());
  await app.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows()[0];
    if (window === undefined) throw new Error('there is no window');
    window.on('focus', () => process.stderr.write('focused\n'));
    window.minimize();
  });
  const second = await runToEnd(fakeWindowOptions(home));
  expect(second.code).toBe(0);
  expect(second.errors).toContain('this home has a window already');
  await expect.poll(isMinimized).toBe(false);
});

test('a station that cannot start says why on standard error and ends with another code than 0', async ({
  home,
}) => {
  await writeFile(join(home, 'station.yaml'), 'name: [unclosed\n');
  const { code, errors } = await runToEnd({ entry: projectRoot, home });
  expect(code).toBe(1);
  expect(errors).toMatch(/station\.yaml:\d+:\d+: /);
  expect(errors).toContain('Correct station.yaml');
});

test('a home that cannot be used is refused with words', async ({ home }) => {
  await writeFile(join(home, 'file'), '');
  const { code, errors } = await runToEnd({ entry: projectRoot, home: join(home, 'file') });
  expect(code).toBe(1);
  expect(errors).toContain(`The home folder ${join(home, 'file')} cannot be used.`);
});

test('the window comes back where it was, as large as it was', async ({ openFake, home }) => {
  const first = await openFake();
  const wanted = { x: 60, y: 70, width: 1180, height: 720 };
  await first.app.evaluate(({ BrowserWindow }, bounds) => {
    BrowserWindow.getAllWindows()[0]?.setBounds(bounds);
  }, wanted);
  await first.page.evaluate(() => slipway.call('window.zoom', { step: 'in' }));
  expect(await first.end()).toBe(0);
  expect(JSON.parse(await readFile(join(home, 'window.json'), 'utf8'))).toMatchObject({
    bounds: { width: 1180, height: 720 },
    zoom: 1.1,
  });

  const second = await openFake();
  const bounds = await second.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.getBounds(),
  );
  expect(bounds).toMatchObject({ width: 1180, height: 720 });
  const zoom = (): Promise<number | undefined> =>
    second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomFactor());
  await expect.poll(zoom).toBeCloseTo(1.1);
});

test('a kiosk fills the screen and shows no menu, whose keys still work', async ({ openFake }) => {
  const { app } = await openFake({ words: ['--kiosk'] });
  const shown = await app.evaluate(({ BrowserWindow, Menu }) => {
    const window = BrowserWindow.getAllWindows()[0];
    return [window?.isKiosk(), window?.isMenuBarVisible(), Menu.getApplicationMenu() !== null];
  });
  expect(shown).toEqual([true, false, true]);
});

test('menu, title and theme follow the settings while the station runs', async ({ openFake }) => {
  const window = await openFake();
  const labels = (): Promise<string[] | undefined> =>
    window.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label));
  expect(await labels()).toEqual(['Slipway', 'Edit', 'View', 'Bay']);
  await setLocale(window, 'es');
  expect(await labels()).toEqual(['Slipway', 'Editar', 'Ver', 'Bahía']);

  await window.actOnStation((station) => {
    station.setView({ settings: { ...station.view().settings, name: 'Línea 4', theme: 'dark' } });
  }, undefined);
  const shown = await window.app.evaluate(({ BrowserWindow, nativeTheme }) => ({
    title: BrowserWindow.getAllWindows()[0]?.getTitle(),
    theme: nativeTheme.themeSource,
  }));
  expect(shown).toEqual({ title: 'Línea 4 – Slipway', theme: 'dark' });
  expect(await window.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(true);
});

test('each verdict is notified, in the station’s language, with the window hidden; a click brings the bay up', async ({
  openFake,
}) => {
  const window = await openFake();
  await window.app.evaluate(({ Notification, BrowserWindow }) => {
    const shown: Electron.Notification[] = [];
    Reflect.set(globalThis, 'shown', shown);
    Notification.isSupported = () => true;
    Notification.prototype.show = function () {
      shown.push(this);
    };
    BrowserWindow.getAllWindows()[0]?.hide();
  });
  await window.page.evaluate(() => {
    const chosen: number[] = [];
    Reflect.set(globalThis, 'chosen', chosen);
    slipway.subscribe('bayChosen', undefined, ({ bay }) => chosen.push(bay));
  });
  await setLocale(window, 'es');
  await window.actOnStation((station, bay) => {
    station.setBay(bay);
    station.announce({ runId: 'run-bay-2-0001', bay: 2, verdict: 'FAIL', unitSerial: 'W-17', attempt: 1 });
  }, fakeBay(2));
  const notice = await window.app.evaluate(() => {
    const [first] = Reflect.get(globalThis, 'shown') as Electron.Notification[];
    first?.emit('click');
    return { title: first?.title, body: first?.body };
  });
  expect(notice).toEqual({ title: 'Bahía 2: NO APTO', body: 'Unidad W-17' });
  await expect
    .poll(() => window.page.evaluate(() => Reflect.get(globalThis, 'chosen') as number[]))
    .toEqual([2]);
  expect(
    await window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible()),
  ).toBe(true);
});

test('a page that crashes comes back, and its subscriptions went with it', async ({ openFake }) => {
  const { app, page, actOnStation, errors } = await openFake();
  const listeners = (): Promise<number> => actOnStation((station) => station.listeners, undefined);
  await expect(page.locator('main')).toBeVisible();
  const before = await settled(listeners);
  await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
  );
  await expect.poll(errors).toContain('the window page crashed');
  // Its page asks for the same again; the crashed one's are gone.
  await expect.poll(listeners).toBe(before);
});

test('a page that crashes while the station starts does not end the station', async ({ openFake }) => {
  const { actOnStation, errors } = await openFake({
    environment: { SLIPWAY_FAKE_CRASH: 'once' },
    isCutShort: true,
  });
  await expect.poll(errors).toContain('the window page crashed');
  await expect.poll(errors).toContain('window ready');
  await expect.poll(() => actOnStation((station) => station.listeners, undefined)).toBeGreaterThan(3);
});
