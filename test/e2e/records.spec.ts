import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSystemClock } from '../../src-main/core/clock.js';
import { openRecords } from '../../src-main/core/records/open-records.js';
import { checkBackup } from '../../src-main/core/records/backup.js';
import { fault } from '../../src-shared/model/result.js';
import type { RunRecord } from '../../src-shared/model/run.js';
import { projectRoot } from '../../scripts/lib/main.mjs';
import { createRun } from '../fakes/run-record.js';
import { expect, test } from './harness/fixtures.js';

// The real window over the real records of a home; nothing is flashed.

const minute = 60_000;

function measured(volt: number): RunRecord['tests'] {
  const verdict = volt < 3.1 ? ('FAIL' as const) : ('PASS' as const);
  const at = { startedAt: 0, endedAt: 9000, exitCode: null, verdict };
  const vcc = { name: 'vcc', text: String(volt), number: volt, unit: 'V', min: 3.1, max: 3.5, verdict };
  const attempts = [{ ...at, measurements: [vcc] }];
  return [{ ...at, name: 'power', kind: 'serial', optional: false, attempts }];
}

/** Three units of an order, one of them bad, between others; a shift was begun among them. */
function fill(home: string): void {
  writeFileSync(join(home, 'station.yaml'), 'name: Line 2\nlocale: en\noperator: Ada\n');
  const path = join(home, 'records.db');
  const opened = openRecords({ path, clock: createSystemClock(), host: 'line-1' });
  if (!opened.ok) throw new Error(opened.error.code);
  const records = opened.value;
  const began = Date.now() - 60 * minute;
  let count = 0;
  const end = (unitSerial: string, given: Partial<RunRecord> = {}): void => {
    count += 1;
    const startedAt = began + count * minute;
    const saved = records.save(createRun({ id: `run-0000-${count}`, startedAt, unitSerial, ...given }));
    if (!saved.ok) throw new Error(saved.error.code);
  };
  end('SN-0001', { bay: 3 });
  const by = { operator: 'Ada', at: began };
  records.batches.open({ orderNumber: '4711', recipe: 'widget', quantity: 3, serials: [] }, by);
  records.resetCounters(began, 'Zoë');
  end('SN-0002', { tests: measured(3.3) });
  end('SN-0003', { tests: measured(2.9), verdict: 'FAIL', fault: fault('flash-failed', { reason: 'CRC' }) });
  end('SN-0004', { bay: 2, tests: measured(3.4) });
  records.batches.close(1, { operator: 'Zoë', at: Date.now() });
  end('SN-0005', { bay: 3, tests: measured(3.2) });
  records.close();
}

test('charts an order alone, with the numbers beside each picture and a measurement of its units', async ({
  home,
  open,
}) => {
  fill(home);
  const { page, complaints } = await open({ entry: projectRoot, home });
  await page.keyboard.press('Control+2');
  await page.getByRole('tab', { name: 'Charts' }).click();
  const numbersOf = (chart: string) => page.getByRole('region', { name: chart }).last().getByRole('row');
  const byBay = numbersOf('Verdicts by bay');
  await expect(byBay).toHaveText([/Bay/, /^Bay 1 ?50\.0% ?50\.0% ?1 ?1 ?0$/, /^Bay 2/, /^Bay 3 ?100/]);

  await page.getByLabel('Order').selectOption({ label: '4711 (widget)' });
  await expect(byBay).toHaveText([/Bay/, /^Bay 1/, /^Bay 2 ?100/]);
  await expect(page.getByText('66.7% of 3 runs passed')).toBeVisible();
  await expect(numbersOf('Failures by error').nth(1)).toContainText('The flasher reported a failure');
  await expect(numbersOf('Duration of the phases by bay')).toHaveCount(3);

  await page.getByLabel('Measurement').selectOption({ label: 'vcc (power, widget)' });
  const measurement = page.getByRole('region', { name: /vcc over the last 3 units/ });
  await expect(measurement.first()).toBeVisible();
  await expect(measurement.last().getByRole('row')).toHaveText([
    /Unit/,
    /^SN-0004 ?3\.4 V ?3\.1 … 3\.5 V ?PASS/,
    /^SN-0003 ?2\.9 V.*FAIL/,
    /^SN-0002 ?3\.3 V.*PASS/,
  ]);
  // Each picture is drawn: no canvas is empty.
  const drawn = await page.locator('canvas').evaluateAll((all) =>
    (all as HTMLCanvasElement[]).map((canvas) => {
      const { width, height } = canvas;
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
      return pixels.some((value) => value !== 0);
    }),
  );
  expect(drawn.length).toBeGreaterThan(5);
  expect(drawn).not.toContain(false);

  // The list behind it is of the same order.
  await page.getByRole('tab', { name: 'Runs' }).click();
  await expect(page.getByRole('status').filter({ hasText: '3 runs that ended' })).toBeVisible();
  expect(complaints()).toEqual([]);
});

test('shows the shifts and who began them, verifies the seals, and saves a copy', async ({ home, open }) => {
  fill(home);
  const { app, page } = await open({ entry: projectRoot, home });
  await page.keyboard.press('Control+2');
  await page.getByRole('tab', { name: 'Shifts' }).click();
  const shifts = page.getByRole('table', { name: 'Shifts' }).getByRole('row');
  await expect(shifts).toHaveText([
    /^Began/,
    /goes on ?Zoë ?4 ?4 ?3 ?1 ?0 ?75\.0%$/,
    /– ?1 ?1 ?1 ?0 ?0 ?100/,
  ]);

  await page.getByRole('tab', { name: 'Records' }).click();
  await page.getByRole('button', { name: 'Verify now' }).click();
  await expect(page.getByText('All 5 records are as they were sealed.')).toBeVisible();
  const file = join(home, 'copy.db');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
  await page.getByRole('button', { name: 'Save a copy…' }).click();
  await expect(page.getByText(file)).toBeVisible();
  expect(await checkBackup(file)).toMatchObject({ ok: true, value: { runs: 5, chain: { problemCount: 0 } } });
  expect(existsSync(`${file}.part`)).toBe(false);
  expect(readFileSync(file).subarray(0, 15).toString()).toBe('SQLite format 3');
});

test('says how far a back-up is, and stops it', async ({ openFake }) => {
  const { page, actOnStation } = await openFake();
  await page.keyboard.press('Control+2');
  await page.getByRole('tab', { name: 'Records' }).click();
  await actOnStation(
    (station) => station.send('archive', { task: { kind: 'backup', done: 1200, total: 4800 } }),
    null,
  );
  await expect(page.getByRole('progressbar', { name: 'Copying the records' })).toHaveAttribute(
    'aria-valuenow',
    '25',
  );
  await expect(page.getByText('1,200 of 4,800')).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).press('Enter');
  await expect
    .poll(() => actOnStation((station) => station.asked.some(({ name }) => name === 'archive.stop'), null))
    .toBe(true);
});
