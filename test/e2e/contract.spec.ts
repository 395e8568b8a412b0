import { expect, test, reloadPage, settled } from './harness/fixtures.js';

test('the page has the bridge and nothing of Node', async ({ openFake }) => {
  const { page } = await openFake();
  const found = await page.evaluate(() => ({
    url: location.href,
    origin,
    bridge: Object.keys(slipway).sort(),
    node: [typeof Reflect.get(globalThis, 'process'), typeof Reflect.get(globalThis, 'require')],
  }));
  expect(found).toEqual({
    url: 'app://slipway/index.html',
    origin: 'app://slipway',
    bridge: ['call', 'pathOf', 'subscribe'],
    node: ['undefined', 'undefined'],
  });
});

test('a reload of the page ends its subscriptions, and the new page has its own', async ({ openFake }) => {
  const { app, page, actOnStation } = await openFake();
  const listeners = (): Promise<number> => actOnStation((fake) => fake.listeners, undefined);
  await expect(page.locator('main')).toBeVisible();
  const first = await settled(listeners);
  for (let time = 0; time < 3; time += 1) {
    await reloadPage({ app, page });
    await expect(page.locator('main')).toBeVisible();
    expect(await settled(listeners)).toBe(first);
  }
});
