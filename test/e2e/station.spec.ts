import { ensureDemoImages } from '../../demo/images.mjs';
import { projectRoot } from '../../scripts/lib/main.mjs';
import { build } from '../../scripts/build.mjs';
import { containersOf, makeBench, type Bench } from '../integration/station-harness.js';
import { expect, panelPage, test, reloadPage } from './harness/fixtures.js';
import type { TestWindow, WindowOptions } from './harness/window.js';

// The built application over the real station: the real engine, real pseudo-terminals, the legacy flasher.

test.describe.configure({ timeout: 180_000 });

let bench: Bench;

test.beforeAll(async () => {
  test.setTimeout(600_000);
  await ensureDemoImages({ log: () => undefined });
  await build({ log: () => undefined });
});

test.beforeEach(async () => {
  bench = await makeBench({ locale: 'en' });
});

test.afterEach(async () => {
  await bench.dispose();
});

const options = (more: Partial<WindowOptions> = {}): WindowOptions => ({
  entry: projectRoot,
  home: bench.home,
  ...more,
});
const tile = ({ page }: TestWindow, bay: number) => page.locator(`[data-bay="${bay}"]`);
const percentIn = async (window: TestWindow, bay: number): Promise<number> =>
  Number((await tile(window, bay).textContent())?.match(/(\d+)\s*%/)?.[1] ?? 0);

test('flashes four units at once to verdicts, with a log in inside a panel that lasts', async ({ open }) => {
  const window = await open(options());
  const { page } = window;
  await expect(page.getByText('Plug', { exact: false }).first()).toBeVisible();
  bench.plug({ count: 4, baud: 230_400 });
  for (const bay of [1, 2, 3, 4]) await expect(tile(window, bay)).toHaveAttribute('data-status', 'running');
  await expect.poll(() => percentIn(window, 1), { timeout: 60_000 }).toBeGreaterThan(5);

  // Into bay 1 by its digit and Enter; its panel is a page of its own.
  await page.keyboard.press('1');
  await page.keyboard.press('Enter');
  const panel = await panelPage(window, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  await panel.locator('#user').fill('operator');
  await panel.locator('#password').fill('widget');
  await panel.locator('#login').click();
  await expect(panel.locator('#who')).toContainText('Logged in as operator');
  await panel.reload();
  await expect(panel.locator('#who')).toContainText('Logged in as operator');
  await expect(page.getByText('[flasher]', { exact: false }).first()).toBeVisible();

  await page.bringToFront();
  await page.locator('body').focus();
  await page.keyboard.press('Escape');
  for (const bay of [1, 2, 3, 4]) {
    await expect(tile(window, bay)).toHaveAttribute('data-verdict', 'PASS', { timeout: 90_000 });
  }
  expect(await containersOf(bench.home)).toEqual([]);

  // A reload loses nothing.
  await reloadPage(window);
  for (const bay of [1, 2, 3, 4]) await expect(tile(window, bay)).toHaveAttribute('data-verdict', 'PASS');
});

test('shows ABORTED with the reason when one of two units is unplugged, and lets the other pass', async ({
  open,
}) => {
  const window = await open(options());
  const widgets = bench.plug({ count: 2, baud: 230_400 });
  await expect.poll(() => percentIn(window, 1), { timeout: 60_000 }).toBeGreaterThan(5);
  widgets.unplug(0);
  await expect(tile(window, 1)).toHaveAttribute('data-verdict', 'ABORTED', { timeout: 3000 });
  await expect(tile(window, 1)).toContainText('unplugged');
  await expect(tile(window, 2)).toHaveAttribute('data-verdict', 'PASS', { timeout: 90_000 });
});

test('is killed in mid-flash, started again, and gives the verdict that the unit deserves', async ({
  open,
}) => {
  const first = await open(options());
  bench.plug({ baud: 115_200 });
  await expect.poll(() => percentIn(first, 1), { timeout: 60_000 }).toBeGreaterThan(5);
  await first.kill();
  expect(await containersOf(bench.home)).toHaveLength(1);
  const second = await open(options());
  await expect(tile(second, 1)).toHaveAttribute('data-status', 'running');
  await expect(tile(second, 1)).toHaveAttribute('data-verdict', 'PASS', { timeout: 90_000 });
  expect(await containersOf(bench.home)).toEqual([]);
});

test('asks before it closes over units that flash, and leaves them going when it is told to', async ({
  open,
}) => {
  const window = await open(options());
  const { page } = window;
  bench.plug({ baud: 115_200 });
  await expect.poll(() => percentIn(window, 1), { timeout: 60_000 }).toBeGreaterThan(5);
  await window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('The next start of Slipway takes them over');
  await dialog.getByRole('button', { name: 'Stay' }).click();
  await expect(dialog).toBeHidden();
  await window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await dialog.getByRole('button', { name: 'Close, let them go on' }).click();
  expect(await window.ended).toBe(0);
  expect(await containersOf(bench.home)).toHaveLength(1);
});

test('is used without a mouse: flash, abort, retry, settings, Spanish', async ({ open }) => {
  await bench.dispose();
  bench = await makeBench({ locale: 'en', autoFlash: false });
  const window = await open(options());
  const { page } = window;
  bench.plug({ baud: 115_200 });
  await expect(tile(window, 1)).toHaveAttribute('data-status', 'ready');
  await page.keyboard.press('1');
  await page.keyboard.press('f');
  await expect(tile(window, 1)).toHaveAttribute('data-status', 'running');
  await expect.poll(() => percentIn(window, 1), { timeout: 60_000 }).toBeGreaterThan(5);
  await page.keyboard.press('a');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Abort the run in bay 1?');
  // The way out that does no harm has the focus.
  await expect(dialog.getByRole('button', { name: 'Go on flashing' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(dialog.getByRole('button', { name: 'Abort the run' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(tile(window, 1)).toHaveAttribute('data-verdict', 'ABORTED');

  await page.keyboard.press('Control+,');
  await page.getByRole('radio', { name: 'English' }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('html')).toHaveAttribute('lang', 'es');
  await page.keyboard.press('Control+1');
  await expect(tile(window, 1)).toContainText('Bahía 1');
  await expect(tile(window, 1)).toContainText('CANCELADO');
});

test('says what to do while Docker is away', async ({ open }) => {
  const window = await open(options({ environment: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } }));
  await expect(
    window.page.getByText('Docker does not answer at unix:///nowhere/docker.sock.').first(),
  ).toBeVisible();
  bench.plug();
  await expect(tile(window, 1)).toHaveAttribute('data-status', 'blocked');
});
