import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/lib/main.mjs';
import { build } from '../../scripts/build.mjs';
import { makeBench, type Bench } from '../integration/station-harness.js';
import { expect, test, reloadPage } from './harness/fixtures.js';
import type { TestWindow } from './harness/window.js';

// The built application over the real station: a virtual widget's prompt, typed at.

test.describe.configure({ timeout: 120_000 });

let bench: Bench;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  await build({ log: () => undefined });
});

test.beforeEach(async () => {
  bench = await makeBench({ locale: 'en', autoFlash: false });
});

test.afterEach(async () => {
  await bench.dispose();
});

const screenOf = ({ page }: TestWindow) => page.locator('.xterm-rows');

test('a widget’s prompt is typed at by keyboard, and stays to be read after a reload and an unplug', async ({
  open,
}) => {
  const widgets = bench.plug();
  const window = await open({ entry: projectRoot, home: bench.home });
  const { page } = window;
  await expect(page.locator('[data-bay="1"]')).toHaveAttribute('data-status', 'ready');
  await page.keyboard.press('1');
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Serial console' }).click();
  await expect(page.getByText('The port is free').first()).toBeVisible();

  await page.getByRole('button', { name: 'Open console' }).press('Enter');
  await expect(page.getByText('This console has the port')).toBeVisible();
  await expect(page.locator('.xterm-helper-textarea')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(screenOf(window)).toContainText('=>');
  await page.keyboard.type('printenv board');
  await page.keyboard.press('Enter');
  await expect(screenOf(window)).toContainText('board=widgy');

  // F6 leaves the terminal; the window's own keys work again.
  await page.keyboard.press('F6');
  await expect(page.locator('.xterm-helper-textarea')).not.toBeFocused();

  await reloadPage(window);
  await expect(screenOf(window)).toContainText('board=widgy');
  await expect(page.getByText('This console has the port')).toBeVisible();

  await page.getByRole('button', { name: 'Hex' }).press('Enter');
  await expect(screenOf(window)).toContainText('00000000');
  await page.getByRole('button', { name: 'Hex' }).press('Enter');
  await expect(screenOf(window)).toContainText('board=widgy');

  widgets.unplug(0);
  await expect(page.getByRole('alert').filter({ hasText: 'is no longer there' })).toBeVisible();
  await expect(page.getByText('Nothing is plugged in').first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Open console' })).toBeDisabled();
  widgets.plug(0);
  await expect(page.getByRole('button', { name: 'Open console' })).toBeEnabled();
});

test('a file is sent to the widget and the log has every byte of it', async ({ open }) => {
  bench.plug();
  const file = join(bench.home, 'kernel.bin');
  writeFileSync(file, Buffer.alloc(40_000, 0x5a));
  const log = join(bench.home, 'unit.log');
  const window = await open({ entry: projectRoot, home: bench.home });
  const { page } = window;
  await expect(page.locator('[data-bay="1"]')).toHaveAttribute('data-status', 'ready');
  await page.keyboard.press('1');
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Serial console' }).click();
  await page.getByRole('button', { name: 'Open console' }).press('Enter');
  // The terminal takes the keyboard once it is there.
  await expect(page.locator('.xterm-helper-textarea')).toBeFocused();
  await page.getByLabel('Log to').fill(log);
  await page.getByRole('button', { name: 'Start log' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Stop log' })).toBeVisible();

  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.press('Enter');
  await expect(screenOf(window)).toContainText('=>');
  await page.keyboard.type('loady');
  await page.keyboard.press('Enter');
  await expect(screenOf(window)).toContainText('Ready for binary');
  await page.getByRole('button', { name: 'Send file…' }).press('Enter');
  const dialog = page.getByRole('dialog');
  // Escape closes the dialog and nothing else.
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await page.getByRole('button', { name: 'Send file…' }).press('Enter');
  await expect(dialog.getByLabel('File', { exact: true })).toBeFocused();
  await dialog.getByLabel('File', { exact: true }).fill(join(bench.home, 'nothing.bin'));
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert').filter({ hasText: 'it is not there' })).toBeVisible();
  await dialog.getByLabel('File', { exact: true }).fill(file);
  await page.keyboard.press('Enter');
  await expect(page.getByText('kernel.bin has arrived: 40,000 B.')).toBeVisible();
  await expect(screenOf(window)).toContainText('= 40000 Bytes');

  await page.getByRole('button', { name: 'Close console' }).press('Enter');
  await expect(page.getByText('The port is free')).toBeVisible();
  expect(readFileSync(log, 'latin1')).toContain('## Total Size');
});
