import type { Job, JobStep } from '../../src-shared/model/job.js';
import { expect, reloadPage, test } from './harness/fixtures.js';

// Making images in the window, over a station that shows what it is told.

const jobId = 'job-fake-0001';

function step(number: number, change: Partial<JobStep>): JobStep {
  return {
    number,
    phase: null,
    text: '',
    place: null,
    state: 'done',
    lines: { from: 0, to: 0, count: 0 },
    exitCode: null,
    startedAt: 1_700_000_000_000,
    endedAt: 1_700_000_004_000,
    ...change,
  };
}

function job(change: Partial<Job> = {}): Job {
  return {
    id: jobId,
    kind: 'build',
    params: { name: 'flashers/widgy:2.4' },
    state: 'running',
    step: null,
    progress: { done: 2, total: 4, unit: 'steps' },
    fault: null,
    outcome: null,
    startedAt: 1_700_000_000_000,
    endedAt: null,
    steps: [
      step(1, { phase: 'context' }),
      step(2, { text: 'FROM precise', place: { at: 1, of: 4 } }),
      step(3, { text: 'RUN apt-get update', place: { at: 2, of: 4 }, state: 'cached' }),
      step(4, { text: 'RUN make flasher', place: { at: 3, of: 4 }, state: 'running', endedAt: null }),
    ],
    ...change,
  };
}

const line = (seq: number, text: string) => ({ seq, at: 0, source: 'out' as const, step: 4, text });

test('builds from a folder with every step in sight, survives a reload, and shows why it failed', async ({
  openFake,
}, testInfo) => {
  const { app, page, actOnStation } = await openFake();
  await actOnStation(
    (station, { running, lines }) => {
      station.send('jobs', { revision: 1, jobs: [running] });
      station.send('job', { kind: 'lines', jobId: running.id, lines, total: lines.length });
      station.send('job', { kind: 'job', job: running });
    },
    { running: job(), lines: [line(0, 'cc -o flasher')] },
  );
  await page.keyboard.press('Control+6');
  await page.getByRole('button', { name: 'Build…' }).click();
  const dialog = page.getByRole('dialog');
  const begin = dialog.getByRole('button', { name: 'Build', exact: true });
  await expect(begin).toBeDisabled();
  await dialog.getByLabel('Context folder').fill('/srv/widgy');
  await dialog.getByLabel('Image name').fill('flashers/widgy:2.4');
  await begin.click();
  const asked = await actOnStation(
    (station) => station.asked.find(({ name }) => name === 'images.build'),
    null,
  );
  expect(asked?.input).toMatchObject({ context: '/srv/widgy', name: 'flashers/widgy:2.4' });

  await expect(page.getByRole('heading', { name: 'Build flashers/widgy:2.4' })).toBeVisible();
  await expect(page.getByRole('button', { name: /RUN apt-get update.*Cached/ })).toBeVisible();
  await expect(page.getByRole('button', { name: /RUN make flasher/ })).toHaveAttribute(
    'aria-expanded',
    'true',
  );
  await testInfo.attach('running', { body: await page.screenshot(), contentType: 'image/png' });

  await reloadPage({ app, page });
  await expect(page.getByRole('button', { name: /RUN make flasher/ })).toBeVisible();

  const failed = job({
    state: 'failed',
    endedAt: 1_700_000_009_000,
    fault: {
      code: 'build-step-failed',
      params: { step: 'RUN make flasher', exitCode: 2, last: 'flasher.c:1: error' },
    },
    steps: job().steps.map((each) =>
      each.number === 4 ? { ...each, state: 'failed', exitCode: 2, endedAt: 1_700_000_009_000 } : each,
    ),
  });
  await actOnStation(
    (station, { ended, lines }) => {
      station.send('job', { kind: 'lines', jobId: ended.id, lines, total: 2 });
      station.send('job', { kind: 'job', job: ended });
    },
    { ended: failed, lines: [line(1, 'flasher.c:1: error')] },
  );
  await expect(page.getByRole('status')).toContainText('Failed');
  await expect(page.getByText('ended with exit code 2', { exact: false })).toBeVisible();
  await expect(page.locator('pre').getByText('flasher.c:1: error')).toBeVisible();
  await testInfo.attach('failed', { body: await page.screenshot(), contentType: 'image/png' });
});
