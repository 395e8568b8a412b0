import type { LogLine } from '../../src-shared/model/run.js';
import { fakeRunningBay } from '../fakes/station.js';
import { expect, test, type FakeWindow } from './harness/fixtures.js';

// The log of a run in the window, under the real page's policy: its search runs in a worker.

/** What some expressions try in more ways than there is time for. */
const endless = `${'a'.repeat(40)}!`;
const startedAt = new Date(2026, 4, 12, 14, 0).getTime();
const lines = (count: number): LogLine[] =>
  Array.from({ length: count }, (_, seq) => ({
    seq,
    at: startedAt + seq * 1000,
    source: 'out',
    text: seq === 3 ? endless : `block ${seq} of 4096 ok, crc 0x${(seq * 7919).toString(16)}`,
  }));

async function openLog(openFake: () => Promise<FakeWindow>, count = 400): Promise<FakeWindow> {
  const window = await openFake();
  const { page, actOnStation } = window;
  await actOnStation(
    (station, { log, bay }) => {
      station.setBay(bay);
      station.addLog('run-bay-1-0001', log);
    },
    {
      log: lines(count),
      bay: fakeRunningBay(1, { startedAt, panelPort: null }),
    },
  );
  await page.locator('[data-bay="1"]').waitFor();
  await page.keyboard.press('1');
  await page.keyboard.press('Enter');
  await expect(page.getByText(`block ${count - 1} of`)).toBeVisible();
  return window;
}

test('searches by words and by regular expression, and says what is wrong with one and where', async ({
  openFake,
}) => {
  const { page, complaints } = await openLog(openFake);
  await page.keyboard.press('l');
  await page.keyboard.type('BLOCK 12');
  const status = page.getByRole('status').filter({ hasText: '/11' });
  await expect(status).toHaveText('11/11');
  await page.keyboard.press('Enter');
  await expect(status).toHaveText('1/11');
  await page.keyboard.press('Shift+Enter');
  await expect(status).toHaveText('11/11');

  await page.getByRole('button', { name: 'Search with a regular expression' }).click();
  const field = page.getByRole('textbox', { name: 'Search (log, container)' });
  await field.fill('^block \\d*99 .*crc 0x[0-9a-f]+$');
  await expect(page.getByText('4/4')).toBeVisible();
  await expect(page.locator('.current mark')).toContainText('block 399 of 4096 ok, crc 0x');
  await field.fill('block (\\d+');
  await expect(page.getByText('the “(” at place 7 has no “)”')).toBeVisible();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await field.fill('block (3)');
  await expect(field).toHaveAttribute('aria-invalid', 'false');
  // An expression that backtracks without end holds up nothing but itself.
  await field.fill('(a+)+$');
  await expect(page.getByText('This expression takes too long')).toBeVisible();
  await field.fill('block 7 ');
  await expect(page.getByText('1/1')).toBeVisible();
  expect(complaints()).toEqual([]);
});

test('shows times as one likes them, and goes to one', async ({ openFake }) => {
  const { page } = await openLog(openFake);
  await expect(page.getByText('14:06:39.000')).toBeVisible();
  await page.keyboard.press('t');
  await expect(page.getByText('+6:39.000')).toBeVisible();

  await page.keyboard.press('g');
  await page.keyboard.type('+1:40');
  await page.keyboard.press('Enter');
  await expect(page.locator('.line.current')).toContainText('block 100 of');
  const field = page.getByRole('textbox', { name: 'Go to' });
  await field.fill('soon');
  await page.keyboard.press('Enter');
  await expect(page.getByText('This is no time.')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('t');
  await expect(page.getByText('+1:40.000')).toBeHidden();
  await page.keyboard.press('t');
  await expect(page.getByText('14:01:40.000')).toBeVisible();
});

test('copies all of it or the lines that are chosen by keyboard, and saves it to a file', async ({
  openFake,
}) => {
  const { app, page, actOnStation } = await openLog(openFake);
  const clipboard = (): Promise<string> => app.evaluate(({ clipboard: board }) => board.readText());
  await page.keyboard.press('c');
  await expect.poll(async () => (await clipboard()).split('\n').length).toBe(401);
  expect(await clipboard()).toContain('14:00:07.000 out     block 7 of 4096 ok');

  await page.keyboard.press('g');
  await page.keyboard.type('14:00:50');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Control+c');
  await expect.poll(async () => (await clipboard()).split('\n').length).toBe(3);
  expect(await clipboard()).toMatch(/block 50 of.*\n.*block 51 of/);

  await app.evaluate(({ dialog }) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: '/srv/run.log' });
  });
  await page.keyboard.press('s');
  await expect(page.getByText('Saved')).toBeAttached();
  const asked = await actOnStation(
    (station) => station.asked.find(({ name }) => name === 'runs.saveLog'),
    null,
  );
  expect(asked?.input).toEqual({
    runId: 'run-bay-1-0001',
    file: '/srv/run.log',
    times: 'clock',
    replace: true,
  });
});
