import type { LabelDrawing, LabelJob } from '../../src-shared/model/label.js';
import type { RunRecord } from '../../src-shared/model/run.js';
import { createRun } from '../fakes/records.js';
import { expect, test } from './harness/fixtures.js';

// The label of a unit over a fake station: what goes to the printer is the core's own matter.

const run: RunRecord = createRun({ id: '01JD0000-0001', unitSerial: 'W-0001' });
const drawing: LabelDrawing = {
  width: 50,
  height: 30,
  dotsPerMm: 8,
  shapes: [
    { kind: 'box', x: 1, y: 1, width: 48, height: 28, thickness: 0.3 },
    { kind: 'text', x: 3, y: 3, height: 4, width: 28, text: 'widget-1' },
    { kind: 'text', x: 3, y: 9, height: 5, width: 28, text: 'W-0001' },
    { kind: 'text', x: 3, y: 16, height: 3, width: 28, text: 'Vcc 3.30 V, 2026-11-23' },
    {
      kind: 'code',
      data: 'W-0001',
      rects: Array.from({ length: 10 }, (_, row) => [34 + (row % 3), 4 + row, 10 - (row % 4), 1]),
    },
  ],
};
const printed: LabelJob = {
  id: '7b5c2b54-0000-4000-8000-000000000001',
  run: run.id,
  label: 'unit',
  copy: 1,
  operator: 'Ada',
  reason: null,
  askedAt: run.startedAt,
  state: 'printed',
  printer: 'tcp 192.0.2.7:9100',
  contentHash: 'ab'.repeat(32),
  endedAt: run.startedAt,
  attempts: 1,
  due: 0,
  fault: null,
};

test('shows the label as it will be, prints it, and asks why before it prints another', async ({
  openFake,
}) => {
  const { page, actOnStation } = await openFake();
  await actOnStation(
    (station, given) => {
      const ok = <Value>(value: Value) => Promise.resolve({ ok: true as const, value });
      const label = { name: 'unit', printer: 'tcp 192.0.2.7:9100', automatic: false };
      station.setRuns([given.run]);
      station.answer('runs.show', () => ok(given.run));
      station.answer('labels.list', () => ok({ labels: [label], jobs: given.jobs }));
      station.answer('labels.preview', () => ok({ drawing: given.drawing }));
    },
    { run, drawing, jobs: [] as LabelJob[] },
  );
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, `#/run/${run.id}`);
  await page.getByRole('button', { name: 'Print label' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('img', { name: 'The label as it will be' })).toContainText('W-0001');
  await expect(dialog).toContainText('Printer: tcp 192.0.2.7:9100');
  await dialog.getByRole('button', { name: 'Print', exact: true }).click();
  const asked = (): Promise<unknown[]> =>
    actOnStation(
      (station) => station.asked.filter(({ name }) => name === 'labels.print').map(({ input }) => input),
      null,
    );
  await expect.poll(asked).toEqual([{ runId: run.id, label: 'unit' }]);

  const waiting: LabelJob = {
    ...printed,
    state: 'waiting',
    endedAt: null,
    fault: { code: 'label-printer-paper', params: { printer: printed.printer } },
  };
  const tell = (jobs: LabelJob[]): Promise<void> =>
    actOnStation((station, given) => {
      const label = { name: 'unit', printer: 'tcp 192.0.2.7:9100', automatic: false };
      station.answer('labels.list', () =>
        Promise.resolve({ ok: true as const, value: { labels: [label], jobs: given } }),
      );
      station.send('labelJobs', { revision: 1, jobs: given });
    }, jobs);
  await tell([waiting]);
  await expect(dialog).toContainText('is out of labels');
  await expect(dialog.getByRole('button', { name: 'Print again' })).toBeDisabled();

  await tell([printed]);
  await expect(dialog.getByRole('button', { name: 'Print again' })).toBeDisabled();
  await dialog.getByRole('textbox', { name: 'Why another one?' }).fill('it was torn');
  await dialog.getByRole('button', { name: 'Print again' }).click();
  await expect.poll(asked).toContainEqual({ runId: run.id, label: 'unit', reason: 'it was torn' });
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
});

test('offers no label for a unit that did not pass', async ({ openFake }) => {
  const { page, actOnStation } = await openFake();
  await actOnStation(
    (station, failed) =>
      station.answer('runs.show', () => Promise.resolve({ ok: true as const, value: failed })),
    { ...run, verdict: 'FAIL' as const },
  );
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, `#/run/${run.id}`);
  await expect(page.getByRole('button', { name: 'Compare' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Print label' })).toHaveCount(0);
});
