import { aContainer, aUsage } from '../fakes/container-data.js';
import { expect, test, type FakeWindow } from './harness/fixtures.js';

/** A window that shows the container of bay 1. */
async function openContainer(openFake: () => Promise<FakeWindow>): Promise<FakeWindow> {
  const window = await openFake();
  await window.actOnStation((station, container) => {
    station.answer('containers.inspect', () => Promise.resolve({ ok: true, value: container }));
  }, aContainer());
  const { page } = window;
  await page.locator('[data-bay="1"]').waitFor();
  await page.keyboard.press('1');
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Run', exact: true }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('region', { name: 'Facts' })).toBeVisible();
  return window;
}

const withBay = (openFake: (change: object) => Promise<FakeWindow>) => () =>
  openFake({ environment: { SLIPWAY_FAKE_BAYS: '2' } });

/** What was copied, by way of a field that it is pasted into. */
async function clipboard({ app }: FakeWindow): Promise<string> {
  return app.evaluate(({ clipboard: system }) => system.readText());
}

test('shows a container’s facts with its secrets masked, and copies it as JSON and as docker run', async ({
  openFake,
}) => {
  const window = await openContainer(withBay(openFake));
  const { page } = window;
  const facts = page.getByRole('region', { name: 'Facts' });
  await expect(facts).toContainText('widget-deployer');
  await expect(facts).toContainText('/dev/ttyACM3 → /dev/ttyACM0');
  await expect(facts).toContainText('memory');
  await expect(facts.getByText('secret, not shown')).toBeVisible();
  await page.getByRole('button', { name: 'Copy as JSON' }).click();
  expect(JSON.parse(await clipboard(window))).toEqual(aContainer().json);
  await page.getByRole('button', { name: 'Copy as docker run' }).click();
  expect(await clipboard(window)).toBe(`${aContainer().runCommand}\n`);
  await expect(page.getByText('set magicNumber in the shell')).toBeVisible();
  expect(window.complaints()).toEqual([]);
});

test('is searched and walked by keyboard', async ({ openFake }) => {
  const window = await openContainer(withBay(openFake));
  const { page } = window;
  const tree = page.getByRole('tree');
  await expect(tree.getByText('magicNumber')).toHaveCount(0);
  await page.keyboard.press('Control+f');
  await page.keyboard.type('magicNumber');
  // In the environment, and in the label that says which variables are secret.
  await expect(page.getByText('1/2')).toBeVisible();
  await expect(tree.locator('mark')).toHaveText(['magicNumber']);
  await page.keyboard.press('Enter');
  await expect(page.getByText('2/2')).toBeVisible();
  await expect(tree.locator('mark')).toHaveText(['magicNumber', 'magicNumber']);
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowDown');
  await expect(tree).toBeFocused();

  const current = tree.locator('[aria-selected=true]');
  await page.keyboard.press('Home');
  await expect(current).toHaveAttribute('aria-level', '1');
  await page.keyboard.press('ArrowDown');
  await expect(current).toContainText('Id');
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  await expect(current).toContainText('Labels');
  await page.keyboard.press('ArrowLeft');
  await expect(current).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('ArrowRight');
  await expect(current).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('Control+c');
  expect(await clipboard(window)).toContain('"io.slipway.recipe": "widgy"');
});

test('draws what the container uses only while it is looked at', async ({ openFake }) => {
  const window = await openContainer(withBay(openFake));
  const { page, actOnStation } = window;
  await actOnStation(
    (station, usages) => {
      for (const usage of usages) {
        station.send('containerStats', { kind: 'sample', containerId: 'c1', usage });
      }
    },
    [1, 2, 3].map((second) => aUsage(second * 1000, second)),
  );
  const usage = page.getByRole('region', { name: 'Use of the machine' });
  await expect(usage).toContainText('of 512 MiB');
  await expect(usage.locator('canvas')).toHaveCount(4);
  const looking = (): Promise<number> =>
    actOnStation((station) => station.listenersOf('containerStats'), null);
  expect(await looking()).toBe(1);
  await page.keyboard.press('Control+3');
  await expect.poll(looking).toBe(0);
  expect(window.complaints()).toEqual([]);
});

test('says so where there is no container yet, and what is known of one that is gone', async ({
  openFake,
}) => {
  const window = await openFake({ environment: { SLIPWAY_FAKE_BAYS: '2' } });
  const { page, actOnStation } = window;
  await page.locator('[data-bay="1"]').waitFor();
  await page.evaluate(() => (globalThis.location.hash = '#/bay/1/container'));
  await expect(page.getByText('No container yet')).toBeVisible();
  await actOnStation((station) => {
    station.answer('containers.inspect', () =>
      Promise.resolve({
        ok: true,
        value: {
          kind: 'removed',
          runId: 'run-bay-1-0001',
          containerId: '4d54af1684ca59f8',
          imageName: 'widget-deployer',
          imageId: null,
          endedAt: null,
        },
      }),
    );
  }, null);
  await page.evaluate(() => (globalThis.location.hash = '#/bay/2/container'));
  await expect(page.getByText('The container is gone')).toBeVisible();
  await expect(page.getByText('4d54af1684ca')).toBeVisible();
});
