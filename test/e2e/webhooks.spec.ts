import type { Delivery, WebhookView } from '../../src-shared/model/webhook.js';
import { expect, test } from './harness/fixtures.js';

// The outbox of webhooks over a fake station: what is sent, and when, is the core's own matter.

const at = Date.UTC(2026, 10, 23, 14);
const waiting: WebhookView = {
  name: 'mes',
  url: 'https://mes.example.com/slipway',
  events: ['run.started', 'run.ended'],
  state: 'waiting',
  waiting: 2,
  waitingBytes: 9400,
  oldestAt: at,
  delivered: 1204,
  deliveredAt: at - 60_000,
  lost: 0,
  lostFrom: null,
  lostUntil: null,
  fault: { code: 'webhook-refused', params: { status: 403 }, detail: 'signature does not match' },
  nextAt: at + 80_000,
};
const upToDate: WebhookView = {
  ...waiting,
  name: 'dashboard',
  url: '•••',
  events: ['run.ended'],
  state: 'idle',
  waiting: 0,
  waitingBytes: 0,
  oldestAt: null,
  fault: null,
  nextAt: null,
};
const deliveries: Delivery[] = ['W-0001', 'W-0002'].map((unit, index) => ({
  id: `7b5c2b54-0000-4000-8000-00000000000${index}`,
  hook: 'mes',
  event: 'run.ended',
  run: `run-0000${index}`,
  unit,
  at,
  bytes: 4700,
  attempts: index === 0 ? 5 : 0,
  due: at,
  fault: index === 0 ? waiting.fault : null,
}));

test('shows what waits and why, tries again, tests, and drops only after asking', async ({ openFake }) => {
  const { page, actOnStation } = await openFake();
  await page.keyboard.press('Control+5');
  await page.getByRole('tab', { name: 'Webhooks' }).click();
  await actOnStation(
    (station, { hooks, list }) => {
      const ok = <Value>(value: Value) => Promise.resolve({ ok: true as const, value });
      station.answer('webhooks.deliveries', () => ok({ deliveries: list }));
      station.answer('webhooks.drop', () => ok({ dropped: 1 }));
      station.send('webhooks', { revision: 1, hooks });
    },
    { hooks: [waiting, upToDate], list: deliveries },
  );
  const mes = page.locator('[data-hook=mes]');
  await expect(mes).toContainText('refused it (HTTP 403)');
  await expect(mes).toContainText('signature does not match');
  await expect(mes).toContainText('2 events, 9.4 kB');
  await expect(page.locator('[data-hook=dashboard]')).toContainText('up to date');
  await expect(page.locator('[data-hook=dashboard]').getByRole('button', { name: 'Retry now' })).toHaveCount(
    0,
  );

  const asked = (name: string): Promise<unknown[]> =>
    actOnStation(
      (station, wanted) => station.asked.filter((one) => one.name === wanted).map(({ input }) => input),
      name,
    );
  await mes.getByRole('button', { name: 'Retry now' }).click();
  await expect.poll(() => asked('webhooks.retry')).toEqual([{ hook: 'mes' }]);
  await mes.getByRole('button', { name: 'Send a test' }).click();
  await expect(mes.getByRole('status')).toHaveText('mes took the test: HTTP 200 in 12 ms.');

  await mes.getByRole('button', { name: 'Show what waits' }).click();
  await expect(mes.getByRole('row')).toHaveCount(3);
  await mes.getByRole('row', { name: 'W-0001' }).getByRole('button', { name: 'Drop' }).click();
  await page.keyboard.press('Escape');
  expect(await asked('webhooks.drop')).toEqual([]);
  await mes.getByRole('row', { name: 'W-0001' }).getByRole('button', { name: 'Drop' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Drop' }).click();
  await expect.poll(() => asked('webhooks.drop')).toEqual([{ hook: 'mes', id: deliveries[0]?.id }]);
});

test('says how many events were given up until somebody has read it, and what to do without any webhook', async ({
  openFake,
}) => {
  const { page, actOnStation } = await openFake();
  await page.keyboard.press('Control+5');
  await page.getByRole('tab', { name: 'Webhooks' }).click();
  await actOnStation((station) => station.send('webhooks', { revision: 0, hooks: [] }), null);
  await expect(page.getByText('No webhooks yet')).toBeVisible();
  const lost: WebhookView = { ...waiting, state: 'gone', lost: 17, lostFrom: at - 90_000, lostUntil: at };
  await actOnStation((station, hook) => station.send('webhooks', { revision: 1, hooks: [hook] }), lost);
  await expect(page.locator('[data-hook=mes]')).toContainText('17 events were given up');
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await expect
    .poll(() =>
      actOnStation(
        (station) => station.asked.filter(({ name }) => name === 'webhooks.acknowledge').length,
        null,
      ),
    )
    .toBe(1);
});
