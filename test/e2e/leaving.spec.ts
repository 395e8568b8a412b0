import { fakeRunningBay } from '../fakes/station.js';
import { expect, test, type FakeWindow } from './harness/fixtures.js';

async function flash({ actOnStation }: FakeWindow): Promise<void> {
  for (const bay of [fakeRunningBay(1), fakeRunningBay(3)]) {
    await actOnStation((station, view) => station.setBay(view), bay);
  }
}

/** As the window's close button does. */
function close({ app }: FakeWindow): Promise<void> {
  return app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
}

const stops = ({ actOnStation }: FakeWindow): Promise<string[]> =>
  actOnStation((station) => station.stops, undefined);

/** Writes down how the station was stopped, for after its process has gone. */
async function tellStop({ app }: FakeWindow): Promise<void> {
  await app.evaluate(() => {
    const { fakeStation } = globalThis;
    if (fakeStation === undefined) throw new Error('there is no fake station');
    const stop = fakeStation.stop.bind(fakeStation);
    fakeStation.stop = async (mode) => {
      process.stderr.write(`stopped: ${mode}\n`);
      await stop(mode);
    };
  });
}

test('closing the window while nothing is flashed ends the station', async ({ openFake }) => {
  const window = await openFake();
  await close(window);
  expect(await window.ended).toBe(0);
});

test('closing it while units are flashed asks first; to stay changes nothing', async ({ openFake }) => {
  const window = await openFake();
  await flash(window);
  await close(window);
  const dialog = window.page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await expect(dialog).toContainText('1');
  await expect(dialog).toContainText('3');
  await window.page.evaluate(() => slipway.call('window.answerQuit', { answer: 'stay' }));
  expect(await stops(window)).toEqual([]);
});

for (const answer of ['leave-running', 'abort-runs'] as const) {
  test(`what was answered is done: ${answer}`, async ({ openFake }) => {
    const window = await openFake();
    await flash(window);
    await tellStop(window);
    await window.app.evaluate(({ app }) => app.quit());
    await expect(window.page.getByRole('dialog')).toBeVisible();
    await window.page
      .evaluate((given) => slipway.call('window.answerQuit', { answer: given }), answer)
      .catch(() => undefined); // The page may be gone before its answer arrives.
    expect(await window.ended).toBe(0);
    expect(window.errors()).toContain(`stopped: ${answer}\n`);
  });
}

test('a signal asks nobody: runs are aborted, the exit code is 0', async ({ openFake }) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const window = await openFake();
    await flash(window);
    await tellStop(window);
    window.app.process().kill(signal);
    expect(await window.ended, window.errors()).toBe(0);
    expect(window.errors()).toContain('stopped: abort-runs\n');
  }
});

test('the system asks when the page that should ask hangs', async ({ openFake }) => {
  const window = await openFake();
  await flash(window);
  await tellStop(window);
  await window.app.evaluate(({ dialog }) => {
    dialog.showMessageBox = (...given: unknown[]) => {
      process.stderr.write(`question: ${JSON.stringify(given.at(-1))}\n`);
      return Promise.resolve({ response: 1, checkboxChecked: false });
    };
  });
  await window.app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    void contents?.executeJavaScript('for (;;) {}');
  });
  await close(window);
  expect(await window.ended).toBe(0);
  expect(window.errors()).toContain('Bays 1 and 3 are still flashing.');
  expect(window.errors()).toContain('stopped: leave-running\n');
});
