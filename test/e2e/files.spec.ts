import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileEntry } from '../../src-shared/model/files.js';
import type { JobSummary } from '../../src-shared/model/job.js';
import {
  aBackup,
  aBayContainer,
  aFile,
  aFolder,
  aFolderEntry,
  aTransfer,
  aVolume,
} from '../fakes/file-data.js';
import { fakeBay } from '../fakes/station.js';
import { expect, reloadPage, test, type FakeWindow } from './harness/fixtures.js';

// Files and volumes in the window, over a station that shows what it is told. The native dialogs are answered in
// the main process; what comes back is what a person would have chosen.

const workspace = { kind: 'bind', path: '/workspace', source: '/srv/widgetOS', readOnly: true } as const;
const tree: Record<string, FileEntry[]> = {
  '/': [
    aFolderEntry('var'),
    aFolderEntry('workspace', { mount: workspace }),
    aFile('bin', { kind: 'link', size: null, target: 'usr/bin', leadsTo: 'nothing' }),
    aFile('licence.txt', { size: 812, mode: 0o640, uid: 1000, gid: 100 }),
  ],
  '/var': [aFile('logo.bin')],
  '/workspace': [],
};

async function openFiles(openFake: () => Promise<FakeWindow>): Promise<FakeWindow> {
  const window = await openFake();
  const { page, actOnStation } = window;
  await actOnStation(
    (station, { folders, container, bay }) => {
      station.setBay(bay);
      station.answer('files.containers', () =>
        Promise.resolve({ ok: true as const, value: { containers: [container] } }),
      );
      station.answer('files.list', ({ path }) => {
        const view = folders[path];
        return Promise.resolve(
          view === undefined
            ? { ok: false as const, error: { code: 'file-forbidden' as const, params: { path } } }
            : { ok: true as const, value: view },
        );
      });
      station.send('jobs', { revision: 1, jobs: [] });
    },
    {
      bay: fakeBay(1),
      container: aBayContainer(),
      folders: Object.fromEntries(
        Object.entries(tree).map(([path, entries]) => [
          path,
          aFolder(path, entries, path === '/workspace' ? { mount: workspace } : {}),
        ]),
      ),
    },
  );
  await page.locator('[data-bay="1"]').waitFor();
  await page.keyboard.press('1');
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Files' }).click();
  await expect(page.getByRole('row', { name: 'licence.txt' })).toBeVisible();
  return window;
}

const asked = ({ actOnStation }: FakeWindow, call: string): Promise<unknown[]> =>
  actOnStation(
    (station, wanted) => station.asked.filter(({ name }) => name === wanted).map(({ input }) => input),
    call,
  );

const sendJobs = ({ actOnStation }: FakeWindow, jobs: JobSummary[]): Promise<void> =>
  actOnStation((station, list) => station.send('jobs', { revision: 1, jobs: list }), jobs);

/** What the system's dialogs answer from now on. */
const answerDialogs = ({ app }: FakeWindow, answers: { save?: string; open?: string[] }): Promise<void> =>
  app.evaluate(({ dialog }, { save, open }) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: save === undefined, filePath: save ?? '' });
    dialog.showOpenDialog = () => Promise.resolve({ canceled: open === undefined, filePaths: open ?? [] });
  }, answers);

test('walks a container’s files by keyboard, shows mounts and links for what they are, and stays over a reload', async ({
  openFake,
}) => {
  const window = await openFiles(openFake);
  const { app, page } = window;
  await expect(page.getByRole('row', { name: 'licence.txt' })).toContainText('1000:100');
  await expect(page.getByRole('row', { name: 'licence.txt' })).toContainText('-rw-r-----');
  await expect(page.getByRole('row', { name: 'bin → usr/bin' })).toContainText('leads to nothing');
  await expect(page.getByRole('row', { name: 'workspace' })).toContainText('folder /srv/widgetOS');
  await expect(page.getByRole('row', { name: 'workspace' })).toContainText('read-only');

  await page.getByRole('grid').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByText('/workspace is the folder /srv/widgetOS of this station.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'This folder is empty' })).toBeVisible();
  await page.keyboard.press('Backspace');
  await expect(page.getByRole('row', { name: 'workspace' })).toHaveAttribute('aria-selected', 'true');

  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row', { name: 'logo.bin' })).toBeVisible();
  await reloadPage({ app, page });
  await expect(page.getByRole('row', { name: 'logo.bin' })).toBeVisible();
});

test('downloads a file and a folder to where the person says, with progress, and cancels', async ({
  openFake,
}) => {
  const window = await openFiles(openFake);
  const { app, page } = window;
  await answerDialogs(window, { save: '/home/ana/licence.txt', open: ['/home/ana'] });
  await page.getByRole('grid').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('d');
  await expect.poll(() => asked(window, 'files.download')).toHaveLength(1);
  await page.keyboard.press('Home');
  await page.keyboard.press('d');
  await expect
    .poll(() => asked(window, 'files.download'))
    .toMatchObject([
      { path: '/licence.txt', target: '/home/ana/licence.txt', form: 'file', replace: true },
      // The system has asked about a file; a folder is never replaced.
      { path: '/var', target: '/home/ana/var', form: 'folder', replace: false },
    ]);

  await sendJobs(window, [aTransfer()]);
  await expect(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '32');
  await expect(page.getByText('12.4 MB of 38.0 MB')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  expect(await asked(window, 'jobs.cancel')).toEqual([{ jobId: 'job-download-1' }]);
  await sendJobs(window, [aTransfer({ state: 'cancelled' })]);
  await reloadPage({ app, page });
  // It was begun here, so it stays until it is put away.
  await expect(page.getByText('Cancelled')).toBeVisible();
  await page.getByRole('button', { name: 'Put away' }).click();
  await expect(page.getByText('Cancelled')).toBeHidden();
});

test('asks before an upload replaces a file, and afterwards where it could not know before', async ({
  openFake,
}) => {
  const window = await openFiles(openFake);
  const { page } = window;
  await answerDialogs(window, { open: ['/srv/licence.txt', '/srv/new.bin'] });
  await page.keyboard.press('u');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('licence.txt');
  await page.keyboard.press('Escape');
  expect(await asked(window, 'files.upload')).toEqual([]);

  await answerDialogs(window, { open: ['/srv/new.bin'] });
  await page.keyboard.press('u');
  await expect.poll(() => asked(window, 'files.upload')).toHaveLength(1);
  const running = aTransfer({
    id: 'job-upload-1',
    kind: 'upload',
    params: { path: '/srv/new.bin', target: '/', count: 1 },
  });
  await sendJobs(window, [running]);
  await sendJobs(window, [
    { ...running, state: 'failed', fault: { code: 'file-exists', params: { path: '/new.bin' } } },
  ]);
  await page.getByRole('button', { name: 'Replace what is there' }).click();
  await expect
    .poll(() => asked(window, 'files.upload'))
    .toMatchObject([
      { folder: '/', sources: ['/srv/new.bin'], replace: false },
      { folder: '/', sources: ['/srv/new.bin'], replace: true },
    ]);
});

test('uploads what is dropped on the folder', async ({ openFake, home }) => {
  const window = await openFiles(openFake);
  const { page } = window;
  const file = join(home, 'dropped.bin');
  await writeFile(file, 'x');
  // A file that a person has chosen: one that a script makes up has no path.
  await page.evaluate(() => {
    const input = document.createElement('input');
    input.type = 'file';
    input.id = 'chosen';
    document.body.append(input);
  });
  await page.locator('#chosen').setInputFiles(file);
  await page.evaluate(() => {
    const transfer = new DataTransfer();
    const input = document.querySelector<HTMLInputElement>('#chosen');
    const chosen = input?.files?.[0];
    if (chosen !== undefined) transfer.items.add(chosen);
    transfer.items.add(new File(['made up'], 'made-up.bin'));
    const target = document.querySelector('[role=grid]');
    for (const type of ['dragover', 'drop']) {
      target?.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }
  });
  await expect
    .poll(() => asked(window, 'files.upload'))
    .toMatchObject([{ folder: '/', sources: [file], replace: false }]);
});

test('says why there is nothing to see: no container, no engine, no permission, a container that stopped', async ({
  openFake,
}) => {
  const window = await openFiles(openFake);
  const { page, actOnStation } = window;
  await actOnStation(
    (station, container) => {
      station.answer('files.containers', () =>
        Promise.resolve({ ok: true as const, value: { containers: [container] } }),
      );
      station.answer('files.list', ({ path }) =>
        Promise.resolve({ ok: false as const, error: { code: 'file-forbidden' as const, params: { path } } }),
      );
    },
    aBayContainer({ isRunning: false }),
  );
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByText('The container’s own permissions do not allow this in /.')).toBeVisible();
  await page.getByRole('tab', { name: 'Run' }).click();
  await page.getByRole('tab', { name: 'Files' }).click();
  await expect(page.getByText('This container has stopped.')).toBeVisible();

  await actOnStation((station) => {
    station.answer('files.containers', () =>
      Promise.resolve({
        ok: false as const,
        error: { code: 'engine-absent' as const, params: { endpoint: 'unix:///none' } },
      }),
    );
  }, null);
  await page.getByRole('tab', { name: 'Run' }).click();
  await page.getByRole('tab', { name: 'Files' }).click();
  await expect(page.getByRole('heading', { name: 'Docker does not answer at unix:///none.' })).toBeVisible();

  await actOnStation((station) => {
    station.answer('files.containers', () =>
      Promise.resolve({ ok: true as const, value: { containers: [] } }),
    );
  }, null);
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByRole('heading', { name: 'No container to look into' })).toBeVisible();
});

test('draws a folder of forty thousand names as far as it is seen, and says that more were left', async ({
  openFake,
}) => {
  const window = await openFiles(openFake);
  const { page, actOnStation } = window;
  await actOnStation(
    (station, view) => {
      const names = Array.from({ length: 40_000 }, (_, index) => `block-${String(index).padStart(5, '0')}`);
      station.answer('files.list', ({ from, limit }) =>
        Promise.resolve({
          ok: true as const,
          value: {
            ...view,
            complete: false,
            total: names.length,
            entries: names
              .slice(from, from + limit)
              .flatMap((name) => view.entries.map((entry) => ({ ...entry, name }))),
          },
        }),
      );
    },
    aFolder('/', [aFile('one')]),
  );
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByText('40,000 names')).toBeVisible();
  await expect(page.getByText('its reading was ended here')).toBeVisible();
  await page.getByRole('grid').focus();
  await page.keyboard.press('End');
  await expect(page.getByRole('row', { name: 'block-39999' })).toBeVisible();
  expect(await page.getByRole('row').count()).toBeLessThan(200);
});

test('backs a volume up, restores one after it was looked at, and removes one after asking', async ({
  openFake,
}) => {
  const window = await openFake();
  const { page, actOnStation } = window;
  const used = aVolume('licences', {
    usedBy: [{ id: 'a', name: 'slipway-bay1-x', bay: 1, isRunning: true }],
    recipes: ['widgy'],
  });
  await actOnStation(
    (station, { volumes, manifest }) => {
      station.answer('volumes.list', () => Promise.resolve({ ok: true as const, value: { volumes } }));
      station.answer('volumes.describeBackup', () => Promise.resolve({ ok: true as const, value: manifest }));
      station.send('jobs', { revision: 1, jobs: [] });
    },
    { volumes: [used, aVolume('widget-cache')], manifest: aBackup() },
  );
  await page.keyboard.press('Control+5');
  await page.getByRole('tab', { name: 'Volumes' }).click();
  const row = page.getByRole('row', { name: 'licences' });
  await expect(row).toContainText('slipway-bay1-x (bay 1)');
  await expect(row).toContainText('widgy');
  await expect(page.getByRole('button', { name: 'Remove licences' })).toBeDisabled();

  await answerDialogs(window, { save: '/srv/widget-cache.tar', open: ['/srv/old.tar'] });
  await page.getByRole('button', { name: 'Back up widget-cache' }).click();
  await expect
    .poll(() => asked(window, 'volumes.backup'))
    .toEqual([{ name: 'widget-cache', file: '/srv/widget-cache.tar', replace: true }]);

  await page.getByRole('button', { name: 'Restore a backup…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Line 2 (bench-07)');
  await expect(dialog).toContainText('its content (2.4 GB) is replaced');
  await dialog.getByLabel('Into the volume').fill('licences');
  await expect(dialog).toContainText('it is in use (slipway-bay1-x (bay 1))');
  await expect(dialog.getByRole('button', { name: 'Replace its content' })).toBeDisabled();
  await dialog.getByLabel('Into the volume').fill('fresh');
  await expect(dialog).toContainText('A new volume is made.');
  await dialog.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect
    .poll(() => asked(window, 'volumes.restore'))
    .toEqual([{ file: '/srv/old.tar', name: 'fresh', replace: false }]);

  await page.getByRole('button', { name: 'Remove widget-cache' }).click();
  await expect(dialog).toContainText('Its data is gone for good.');
  await page.keyboard.press('Escape');
  expect(await asked(window, 'volumes.remove')).toEqual([]);
  await page.getByRole('button', { name: 'Remove widget-cache' }).click();
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect.poll(() => asked(window, 'volumes.remove')).toEqual([{ name: 'widget-cache' }]);
});

test('creates a volume, and says beside the field why a name will not do', async ({ openFake }) => {
  const window = await openFake();
  const { page, actOnStation } = window;
  await page.keyboard.press('Control+5');
  await page.getByRole('tab', { name: 'Volumes' }).click();
  await expect(page.getByRole('heading', { name: 'This station has no volumes' })).toBeVisible();
  await page.getByRole('button', { name: 'Create…' }).click();
  const field = page.getByRole('dialog').getByLabel('Name');
  await field.fill('no good');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('This is no name for a volume.');
  expect(await asked(window, 'volumes.create')).toEqual([]);
  await actOnStation((station) => {
    station.answer('volumes.create', ({ name }) =>
      Promise.resolve({ ok: false as const, error: { code: 'volume-exists' as const, params: { name } } }),
    );
  }, null);
  await field.fill('licences');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText(
    'There is a volume licences already.',
  );
  await expect(field).toHaveValue('licences');
});
