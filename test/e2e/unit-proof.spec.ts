import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ensureDemoImages } from '../../demo/images.mjs';
import { projectRoot } from '../../scripts/lib/main.mjs';
import { build } from '../../scripts/build.mjs';
import { containersOf, makeBench, type Bench } from '../integration/station-harness.js';
import { power, version, withTool, writeRecipes } from '../integration/unit-recipes.js';
import { expect, test } from './harness/fixtures.js';

// One unit's way through the real window, over the real engine: its label is scanned, it is flashed, fails a
// measurement, is tried again, passes, gets a new label from a real TCP printer, and is found and exported.

test.describe.configure({ timeout: 180_000 });

let bench: Bench;

test.beforeAll(async () => {
  test.setTimeout(600_000);
  await ensureDemoImages({ log: () => undefined });
  await build({ log: () => undefined });
});

/** What each connection to the printer brought. */
let printed: string[];

test.beforeEach(async () => {
  printed = [];
  const printer = createServer((socket) => {
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk.toString()));
    socket.on('end', () => {
      printed.push(heard);
      socket.end();
    });
  }).listen(0, '127.0.0.1');
  await once(printer, 'listening');
  const { port } = printer.address() as AddressInfo;
  const unit = { template: 'labels/unit.yaml', printer: { tcp: `127.0.0.1:${port}` }, status: false };
  bench = await makeBench({ locale: 'en', labels: { unit } });
  bench.defer(() => printer.close());
  mkdirSync(join(bench.home, 'labels'));
  writeFileSync(
    join(bench.home, 'labels/unit.yaml'),
    `size: [50, 30]
dpi: 203
elements:
  - { text: '{serial}', at: [3, 9], height: 5 }
  - { text: 'Vcc {measurement.power.vcc} V', at: [3, 16] }
  - { code: qr, data: '{serial}', at: [34, 4], module: 0.5 }
`,
  );
});

test.afterEach(async () => {
  await bench.dispose();
});

test('a unit is scanned, fails a measurement, passes on the next try, is labelled, found and exported', async ({
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
  const { app, page } = await open({ entry: projectRoot, home: bench.home });
  const tile = page.locator('[data-bay="1"]');
  await expect(page.getByText('Plug', { exact: false }).first()).toBeVisible();
  const widgets = bench.plug({ faults: { 0: 'voltage@2.9' } });
  const { faults } = widgets;

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

  // The history, by the unit's serial number: both tries, the newest first. No mouse: an operator wears gloves.
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const rows = page
    .getByRole('table', { name: 'Runs, newest first' })
    .getByRole('button', { name: /PASS|FAIL/ });
  /** A key means something once its screen is there. */
  const search = async (): Promise<void> => {
    const unit = page.getByRole('searchbox', { name: 'Unit' });
    await expect(unit).toBeVisible();
    await press('u');
    await expect(unit).toBeFocused();
  };
  await press('Control+2');
  await search();
  await page.keyboard.type('SN-0041\n');
  await expect(page.getByText('No run matches')).toBeVisible();
  // The next scan takes the place of the one before.
  await page.keyboard.type('SN-0042\n');
  await expect.poll(() => page.evaluate(() => globalThis.location.hash)).toBe('#/runs?unit=SN-0042');
  await expect(rows).toHaveCount(2);
  await press('ArrowDown');
  await expect(rows.first()).toBeFocused();
  await expect(rows.first()).toContainText('PASS');
  await expect(rows.nth(1)).toContainText('FAIL');

  const file = join(bench.home, 'exported.csv');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
  await press('e');
  await expect(page.getByRole('button', { name: 'Save as…' })).toBeFocused();
  // One line for each measurement instead of each run.
  await press('Shift+Tab', 'Shift+Tab', 'ArrowRight');
  await expect(page.getByRole('radio', { name: 'measurement' })).toBeChecked();
  await press('Tab', 'Tab', 'Enter');
  await expect(page.getByText('4 lines written.')).toBeVisible();
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  expect(head).toMatch(/^run,.*,name,value,number,/);
  expect(lines.filter((line) => line.includes('vcc') && line.includes('SN-0042'))).toHaveLength(2);
  expect(lines.join('\n')).toMatch(/2\.9.*FAIL|FAIL.*2\.9/);
  await press('Escape');
  await expect(rows.first()).toBeFocused();

  // The run that failed says why; the one that passed has a label.
  await press('ArrowDown', 'Enter');
  await expect(page.getByRole('heading', { name: 'Unit SN-0042, bay 1' })).toBeVisible();
  await expect(page.getByText('vcc is 2.90 V; allowed is 3.1 … 3.5 V').first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Print label…' })).toHaveCount(0);
  await press('Escape');
  await search();
  await expect(rows).toHaveCount(2);
  await press('ArrowDown');
  await expect(rows.first()).toBeFocused();
  await press('Enter');
  await expect(page.getByRole('button', { name: 'Print label…' })).toBeVisible();
  await press('p');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('img', { name: 'The label as it will be' })).toContainText('SN-0042');
  await press('Tab', 'Tab');
  await expect(dialog.getByRole('button', { name: 'Print', exact: true })).toBeFocused();
  await press('Enter');
  await expect.poll(() => printed.length, { timeout: 20_000 }).toBe(1);
  expect(printed[0]).toMatch(/^\^XA[^]*SN-0042[^]*Vcc 3\.30 V[^]*\^XZ\s*$/);
  await expect(dialog.getByText('Printed', { exact: true })).toBeVisible();

  // The same unit again: it passed, so somebody has to want it before anything is made for it.
  await press('Escape', 'Control+1');
  widgets.unplug(0);
  await expect(tile).toHaveAttribute('data-status', 'empty');
  widgets.plug(0);
  await expect(field).toBeFocused();
  await page.keyboard.type('SN-0042\n');
  await expect(page.getByText(/SN-0042 passed already/)).toBeVisible();
  expect(await containersOf(bench.home)).toEqual([]);
  await page.getByRole('button', { name: 'Flash it again' }).press('Enter');
  await expect(tile).toHaveAttribute('data-verdict', 'PASS', { timeout: 60_000 });
  await press('Control+2');
  await search();
  await page.keyboard.type('SN-0042\n');
  await expect(rows).toHaveCount(3);
});
