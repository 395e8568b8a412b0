import { createRun } from '../fakes/run-record.js';
import { expect, test } from './harness/fixtures.js';

test('opens a run from the filtered list, walks to its unit, and comes back to the same filter', async ({
  openFake,
}) => {
  const window = await openFake();
  const { page, actOnStation } = window;
  const runs = [
    createRun({ id: 'run-0000-0003', unitSerial: 'W-7', startedAt: Date.UTC(2026, 4, 3) }),
    createRun({ id: 'run-0000-0002', unitSerial: 'W-7', startedAt: Date.UTC(2026, 4, 2), verdict: 'FAIL' }),
  ];
  await actOnStation((station, made) => station.setRuns(made), runs);
  await page.keyboard.press('Control+2');
  await expect(page.getByRole('heading', { name: 'History' })).toBeVisible();
  await page.getByLabel('Period').selectOption('30');
  await expect.poll(() => page.evaluate(() => globalThis.location.hash)).toBe('#/runs?days=30');
  const asked = await actOnStation(
    (station) => station.asked.filter(({ name }) => name === 'runs.list'),
    null,
  );
  expect(asked.at(-1)?.input).toMatchObject({ from: expect.any(Number) });

  const rows = page
    .getByRole('table', { name: 'Runs, newest first' })
    .getByRole('button', { name: /PASS|FAIL/ });
  await rows.first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Unit W-7, bay 1' })).toBeVisible();
  await page.getByRole('button', { name: 'Life of this unit' }).click();
  await expect(page.getByRole('heading', { name: 'Unit W-7', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Compare with the one before' }).click();
  await expect(page.getByRole('heading', { name: 'Two runs side by side' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.evaluate(() => globalThis.location.hash)).toBe('#/runs?days=30');
  await page.keyboard.press('x');
  await expect.poll(() => page.evaluate(() => globalThis.location.hash)).toBe('#/runs');
  expect(window.complaints()).toEqual([]);
});

test('opens an order, and shows how far it is above the bays', async ({ openFake }) => {
  const window = await openFake();
  const { page, actOnStation } = window;
  const order = {
    id: 1,
    orderNumber: '4711',
    recipe: 'widget',
    quantity: 20,
    expectsSerials: false,
    openedAt: 0,
    openedBy: 'Ada',
    closedAt: null,
    closedBy: null,
    host: 'line-1',
    passed: 3,
    failed: 0,
    other: 0,
    doubles: 0,
    unexpected: 0,
  };
  await actOnStation((station, open) => {
    station.answer('batches.show', () =>
      Promise.resolve({ ok: true, value: { batch: open, units: [], missing: [] } }),
    );
    station.answer('batches.list', () => Promise.resolve({ ok: true, value: [open] }));
    station.send('batches', { open: [open] });
  }, order);
  await page.getByRole('button', { name: /Order 4711/ }).click();
  await expect(page.getByRole('heading', { name: 'Order 4711' })).toBeVisible();
  await page.getByRole('button', { name: 'Close the order' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Close the order' }).click();
  await expect
    .poll(() => actOnStation((station) => station.asked.some(({ name }) => name === 'batches.close'), null))
    .toBe(true);

  await page.getByRole('button', { name: 'All its runs' }).click();
  await expect.poll(() => page.evaluate(() => globalThis.location.hash)).toBe('#/runs?batch=1');
  await expect(page.getByLabel('Order')).toHaveValue('1');
  const lastAsked = () =>
    actOnStation(
      (station) => station.asked.filter(({ name }) => name === 'runs.list').at(-1)?.input ?? null,
      null,
    );
  await expect.poll(lastAsked).toMatchObject({ batch: 1 });

  // The charts are of the same order, and can be of another.
  await page.getByRole('tab', { name: 'Charts' }).click();
  await expect(page.getByLabel('Order')).toHaveValue('1');
  const charted = (name: string) =>
    actOnStation(
      (station, call) => station.asked.filter((one) => one.name === call).at(-1)?.input ?? null,
      name,
    );
  for (const name of ['history.statistics', 'history.durations', 'history.facets']) {
    await expect.poll(() => charted(name)).toEqual({ batch: 1 });
  }
  await page.getByRole('tab', { name: 'Runs' }).click();
  await page.getByLabel('Order').selectOption('All');
  await expect.poll(lastAsked).not.toHaveProperty('batch');
});
