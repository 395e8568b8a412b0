import type { CleanupItem } from '../../src-shared/model/cleanup.js';
import { expect, test } from './harness/fixtures.js';

// The machine's screen over a fake station: what is looked at and removed is the core's own matter.

const item = (name: string, change: Partial<CleanupItem> = {}): CleanupItem => ({
  id: `container:${name}`,
  kind: 'container',
  name,
  detail: '',
  bytes: 2_000_000,
  at: 0,
  kept: null,
  proposed: true,
  due: false,
  stamp: 'exited 0',
  ...change,
});

test('previews a clean-up, asks before it removes, and says what was left alone', async ({ openFake }) => {
  const { page, actOnStation } = await openFake();
  await actOnStation(
    (station, items) => {
      const ok = <Value>(value: Value) => Promise.resolve({ ok: true as const, value });
      station.answer('cleanup.plan', () => ok({ at: 0, items, rest: [], engineFault: null, removals: [] }));
      station.answer('cleanup.remove', () =>
        ok({
          freedBytes: 2_000_000,
          outcomes: [
            {
              id: 'container:old',
              kind: 'container' as const,
              name: 'old',
              bytes: 2_000_000,
              outcome: 'removed' as const,
              reason: null,
              fault: null,
            },
            {
              id: 'volume:data',
              kind: 'volume' as const,
              name: 'data',
              bytes: null,
              outcome: 'kept' as const,
              reason: 'in-use' as const,
              fault: null,
            },
          ],
        }),
      );
    },
    [
      item('old'),
      item('busy', { kept: 'run-goes-on', proposed: false }),
      item('data', { id: 'volume:data', kind: 'volume', proposed: false, bytes: null }),
    ],
  );
  await page.keyboard.press('Control+5');
  await page.getByRole('tab', { name: 'Clean up' }).click();
  await expect(page.getByRole('checkbox', { name: 'old', exact: true })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: 'busy', exact: true })).toBeDisabled();
  await expect(page.getByText('A run needs it.')).toBeVisible();
  const volume = page.getByRole('checkbox', { name: 'data', exact: true });
  await expect(volume).not.toBeChecked();
  await volume.check();

  await page.getByRole('button', { name: 'Remove what is chosen' }).click();
  await expect(page.getByRole('dialog')).toContainText('its data is gone for good');
  const removals = (): Promise<unknown[]> =>
    actOnStation(
      (station) => station.asked.filter(({ name }) => name === 'cleanup.remove').map(({ input }) => input),
      null,
    );
  await page.keyboard.press('Escape');
  expect(await removals()).toEqual([]);

  await page.getByRole('button', { name: 'Remove what is chosen' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByText('One thing was removed')).toBeVisible();
  await expect(page.getByText('It is in use.')).toBeVisible();
  expect(await removals()).toEqual([
    {
      items: [
        { id: 'container:old', stamp: 'exited 0' },
        { id: 'volume:data', stamp: 'exited 0' },
      ],
    },
  ]);
});

test('says that there is nothing to clean up, and why the engine’s part is missing', async ({ openFake }) => {
  const { page, actOnStation } = await openFake();
  await actOnStation((station) => {
    station.answer('cleanup.plan', () =>
      Promise.resolve({
        ok: true as const,
        value: {
          at: 0,
          items: [],
          rest: [],
          engineFault: { code: 'engine-absent' as const, params: { endpoint: 'unix:///none' } },
          removals: [],
        },
      }),
    );
  }, null);
  await page.keyboard.press('Control+5');
  await page.getByRole('tab', { name: 'Clean up' }).click();
  await expect(page.getByRole('heading', { name: 'Nothing to clean up' })).toBeVisible();
  await expect(page.getByText('Docker does not answer at unix:///none.')).toBeVisible();
});

test('shows the doctor’s worst check first, mends what is safe, and copies the ticket', async ({
  openFake,
}) => {
  const { app, page, actOnStation } = await openFake();
  await actOnStation((station) => {
    station.setChecks([
      {
        check: 'engine-storage',
        state: 'ok',
        reason: 'engine-storage.ready',
        params: { driver: 'overlay2' },
      },
      {
        check: 'workspace',
        state: 'problem',
        reason: 'workspace.missing',
        params: { path: '/srv/w' },
        command: 'mkdir -p /srv/w',
        mend: 'make-workspace',
      },
    ]);
    station.answer('doctor.ticket', () =>
      Promise.resolve({ ok: true as const, value: { text: 'Slipway doctor, for a ticket\n' } }),
    );
    station.answer('doctor.mend', () =>
      Promise.resolve({
        ok: true as const,
        value: [
          { check: 'workspace', state: 'ok' as const, reason: 'workspace.ready', params: { path: '/srv/w' } },
        ],
      }),
    );
  }, null);
  await page.keyboard.press('Control+5');
  const checks = page.locator('[data-check]');
  await expect(checks.first()).toHaveAttribute('data-state', 'problem');
  await expect(checks.first()).toContainText('mkdir -p /srv/w');

  await page.getByRole('button', { name: 'Copy for a ticket' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toContain('for a ticket');

  await page.getByRole('button', { name: 'Create the folder' }).click();
  await page.getByRole('button', { name: 'Do it' }).click();
  await expect(checks.first()).toHaveAttribute('data-state', 'ok');
  // Once when it was opened: it looks again only every half minute.
  const looks = await actOnStation(
    (station) => station.asked.filter(({ name }) => name === 'doctor.check').length,
    null,
  );
  expect(looks).toBeLessThan(4);
});
