import { ensureDemoImages } from '../../demo/images.mjs';
import { projectRoot } from '../../scripts/lib/main.mjs';
import { build } from '../../scripts/build.mjs';
import { containersOf, makeBench, type Bench } from '../integration/station-harness.js';
import { power, version, withTool, writeRecipes } from '../integration/unit-recipes.js';
import { expect, test } from './harness/fixtures.js';

// One unit's way through the real window, over the real engine: its label is scanned, it is flashed, fails a
// measurement, is tried again, and passes.

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

test('a unit is scanned, fails a measurement, passes on the next try, and its record says so', async ({
  open,
}) => {
  writeRecipes(bench.home, [
    {
      ...withTool,
      title: { en: 'Widgy with a supply', es: 'Widgy con fuente' },
      identity: {
        operator: { pattern: '^SN-\\d{4}$', hint: { en: 'SN- and four digits', es: 'SN- y cuatro cifras' } },
      },
      tests: [version, power],
    },
  ]);
  const { page } = await open({ entry: projectRoot, home: bench.home });
  const tile = page.locator('[data-bay="1"]');
  await expect(page.getByText('Plug', { exact: false }).first()).toBeVisible();
  const { faults } = bench.plug({ faults: { 0: 'voltage@2.9' } });

  // A scanner is a keyboard that ends with Enter; nobody clicks into the field.
  const field = page.getByPlaceholder('SN- and four digits');
  await expect(field).toBeFocused();
  await page.keyboard.type('4006381333931\n');
  await expect(tile).toContainText('Scan the unit');
  await expect(page.getByRole('alert').filter({ hasText: 'SN- and four digits' })).toBeVisible();
  expect(await containersOf(bench.home)).toEqual([]);
  await page.keyboard.type('SN-0042\n');

  await expect(tile).toHaveAttribute('data-verdict', 'FAIL', { timeout: 60_000 });
  await expect(tile).toContainText('vcc');
  await expect(tile).toContainText('2.9');

  const supply = faults.get(0);
  if (supply === undefined) throw new Error('no supply to turn up');
  supply.at = 3.3;
  await page.keyboard.press('1');
  await page.keyboard.press('f');
  await expect(tile).toHaveAttribute('data-status', 'running');
  await expect(tile).toHaveAttribute('data-verdict', 'PASS', { timeout: 60_000 });
  // The retry is of the same unit: its label was not asked for again.
  await expect(field).toHaveCount(0);
  await expect(tile).toContainText('SN-0042');
  expect(await containersOf(bench.home)).toEqual([]);
});
