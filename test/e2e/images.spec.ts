import { fault } from '../../src-shared/model/result.js';
import { aDetail, aRemoval, someBuilds, someImages } from '../fakes/image-data.js';
import { fakeBay } from '../fakes/station.js';
import { createRun } from '../fakes/records.js';
import { expect, reloadPage, test, type FakeWindow } from './harness/fixtures.js';

// The images of a station in the window, over a station that shows what it is told.

async function showImages({ page, actOnStation }: FakeWindow): Promise<void> {
  const details = someImages.images.map(aDetail);
  const removals = someImages.images.map(aRemoval);
  await actOnStation(
    (station, given) => {
      const at = (image: string): number =>
        given.details.findIndex(({ summary }) => summary.id === image || summary.names.includes(image));
      const unknown = {
        ok: false as const,
        error: { code: 'image-foreign' as const, params: { image: '' } },
      };
      station.answer('images.inspect', ({ image }) => {
        const value = given.details[at(image)];
        return Promise.resolve(value === undefined ? unknown : { ok: true as const, value });
      });
      station.answer('images.removal', ({ image }) => {
        const value = given.removals[at(image)];
        return Promise.resolve(value === undefined ? unknown : { ok: true as const, value });
      });
      station.answer('images.builds', () => Promise.resolve({ ok: true as const, value: given.builds }));
      station.send('images', { revision: 1, images: given.images, fault: null });
    },
    { details, removals, builds: someBuilds, images: someImages },
  );
  await page.keyboard.press('Control+6');
}

/** What the station was asked last by this name. */
function lastAsked({ actOnStation }: FakeWindow, wanted: string): Promise<unknown> {
  return actOnStation(
    (station, name) => station.asked.findLast((each) => (each.name as string) === name)?.input,
    wanted,
  );
}

test('lists the images, what is missing first, with what each label says in the reader’s language', async ({
  openFake,
}, testInfo) => {
  const window = await openFake();
  const { page, actOnStation } = window;
  await showImages(window);
  const rows = page.getByRole('grid').locator('tbody tr');
  await expect(rows).toHaveCount(6);
  await expect(rows.first()).toContainText('flashers/doohickey:1');
  await expect(rows.first()).toContainText('Missing');
  const widget = rows.filter({ hasText: 'widget-deployer:latest' });
  await expect(widget).toContainText('Release Candidate 3');
  await expect(widget).toContainText('Outdated');
  await expect(widget).toContainText('3 days ago');

  await page.getByRole('button', { name: 'Size' }).click();
  await expect(page.getByRole('columnheader', { name: 'Size' })).toHaveAttribute('aria-sort', 'descending');
  await page.keyboard.press('u');
  await page.keyboard.type('gadget nothing');
  await expect(rows).toHaveCount(0);
  await expect(page.getByText('No image matches.')).toBeVisible();
  await page.getByRole('searchbox').fill('estable gadget');
  await expect(rows).toHaveCount(2);
  await page.getByRole('searchbox').fill('');
  await page.getByLabel('Show').selectOption({ label: 'Missing' });
  await expect(rows).toHaveCount(2);
  await page.getByLabel('Show').selectOption({ label: 'All' });

  await actOnStation((station) => {
    station.setView({ settings: { ...station.view().settings, locale: 'es' } });
  }, null);
  await expect(widget).toContainText('Candidata a estable 3');
  await expect(widget).toContainText('Desactualizada');
  await testInfo.attach('es', { body: await page.screenshot(), contentType: 'image/png' });
});

test('goes through the list by keyboard, opens the details, and comes back to them after a reload', async ({
  openFake,
}) => {
  const window = await openFake();
  const { app, page } = window;
  await showImages(window);
  const rows = page.getByRole('grid').locator('tbody tr');
  await rows.first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const widget = rows.filter({ hasText: 'widget-deployer:latest' });
  await expect(widget).toBeFocused();
  await expect(widget).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'widget-deployer:latest' })).toBeFocused();
  await expect(page.getByText('Changed since it was built: Dockerfile, flasher/app.py')).toBeVisible();
  await expect(page.getByText('asks for at least Stable')).toBeVisible();
  await expect(page.getByText('“Candidato a estable 3”')).toBeVisible();
  await expect(page.getByText('8974c408d831')).toHaveCount(0);

  await page.getByRole('button', { name: 'Copy id' }).click();
  expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe(`sha256:${'4'.repeat(64)}`);

  await reloadPage(window);
  await expect(page.getByRole('heading', { name: 'widget-deployer:latest' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'widget-deployer:latest' })).toHaveCount(0);
  await expect(page.getByRole('grid')).toBeVisible();

  await rows.first().click();
  await page.getByRole('button', { name: 'Build flashers/doohickey:1' }).click();
  expect(await lastAsked(window, 'images.build')).toMatchObject({ recipe: 'doohickey' });
});

test('shows what removing would take away, and why an image stays', async ({ openFake }) => {
  const window = await openFake();
  const { page } = window;
  await showImages(window);
  const rows = page.getByRole('grid').locator('tbody tr');
  const dialog = page.getByRole('dialog');
  await rows.filter({ hasText: 'widget-deployer' }).click();
  await page.getByRole('button', { name: 'Remove…' }).click();
  await expect(dialog).toContainText('A recipe needs the image widget-deployer:latest: widgy.');
  await expect(dialog.getByRole('button', { name: 'Remove' })).toBeDisabled();
  await page.keyboard.press('Escape');

  await rows.filter({ hasText: 'without a name' }).click();
  await page.getByRole('button', { name: 'Remove…' }).click();
  await expect(dialog).toContainText('The image 999999999999 goes, with up to 409 MB of disk.');
  await window.actOnStation((station) => {
    station.answer('images.remove', () =>
      Promise.resolve({
        ok: false as const,
        error: { code: 'image-in-use' as const, params: { image: '9', containers: 1 } },
      }),
    );
  }, null);
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect(dialog).toContainText('A container is made of the image');
  expect(await lastAsked(window, 'images.remove')).toEqual({ image: `sha256:${'9'.repeat(64)}` });
});

test('saves several images, loads an archive only once it was verified, and pulls what is pinned', async ({
  openFake,
}) => {
  const window = await openFake();
  const { page, actOnStation } = window;
  await showImages(window);
  const dialog = page.getByRole('dialog');
  const rows = page.getByRole('grid').locator('tbody tr');
  await rows.filter({ hasText: 'widget-deployer' }).click();
  await page.getByRole('button', { name: 'Save…' }).click();
  await dialog.getByLabel('precise-base:1').check();
  await dialog.getByRole('textbox', { name: 'File' }).fill('/media/usb/images.tar');
  await actOnStation((station) => {
    const error = { code: 'archive-exists' as const, params: { file: '/media/usb/images.tar' } };
    station.answer('images.save', ({ replace }) =>
      Promise.resolve(
        replace ? { ok: true as const, value: { jobId: 'job-00000001' } } : { ok: false as const, error },
      ),
    );
  }, null);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert').first()).toContainText('/media/usb/images.tar');
  await dialog.getByLabel('Replace the file that is there').check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toHaveCount(0);
  expect(await lastAsked(window, 'images.save')).toEqual({
    images: ['widget-deployer:latest', 'precise-base:1'],
    file: '/media/usb/images.tar',
    replace: true,
  });

  await page.keyboard.press('Control+6');
  await page.getByRole('button', { name: 'Load…' }).click();
  await dialog.getByRole('textbox', { name: 'File' }).fill('/media/usb/images.tar');
  await dialog.getByRole('button', { name: 'Check' }).click();
  await expect(dialog.getByRole('alert').first()).toContainText('/media/usb/images.tar');
  await actOnStation((station) => {
    station.answer('images.examine', ({ file }) =>
      Promise.resolve({
        ok: true as const,
        value: {
          file,
          bytes: 1000,
          madeAt: 0,
          madeBy: 'Line 1',
          images: [
            {
              id: `sha256:${'b'.repeat(64)}`,
              names: ['gadget:current'],
              size: 1000,
              createdAt: 0,
              isHere: false,
              moves: [{ name: 'gadget:current', from: `sha256:${'a'.repeat(64)}` }],
            },
          ],
        },
      }),
    );
  }, null);
  await dialog.getByRole('button', { name: 'Check' }).click();
  await expect(dialog).toContainText('Intact. Saved by Line 1');
  await expect(dialog).toContainText('gadget:current moves here from aaaaaaaaaaaa');
  await expect(dialog.getByRole('button', { name: 'Load' })).toBeDisabled();
  await dialog.getByLabel('Let the names move to these images').check();
  await dialog.getByRole('button', { name: 'Load' }).click();
  await expect(dialog).toHaveCount(0);
  expect(await lastAsked(window, 'images.load')).toEqual({ file: '/media/usb/images.tar', moveNames: true });

  await page.keyboard.press('Control+6');
  await rows.filter({ hasText: 'sensor' }).click();
  await page.getByRole('button', { name: 'Pull…' }).click();
  await expect(dialog).toContainText('registry.example:5000/flashers/sensor:3');
  await dialog.getByRole('button', { name: 'Pull' }).click();
  await expect(dialog).toHaveCount(0);
  expect(await lastAsked(window, 'images.pull')).toEqual({ recipe: 'sensor', moveNames: false });
});

test('says what to do while there are no images, and why there is no list without the engine', async ({
  openFake,
}) => {
  const { page, actOnStation } = await openFake();
  await actOnStation((station) => {
    station.send('images', { revision: 1, images: { images: [], missing: [] }, fault: null });
  }, null);
  await page.keyboard.press('Control+6');
  await expect(page.getByRole('heading', { name: 'No image concerns this station yet.' })).toBeVisible();
  await actOnStation(
    (station, gone) => station.send('images', { revision: 2, images: null, fault: gone }),
    fault('engine-absent', { endpoint: 'unix:///none' }),
  );
  await expect(page.getByRole('heading', { name: 'The images cannot be listed now' })).toBeVisible();
  await expect(page.getByText('Docker does not answer at unix:///none.')).toBeVisible();
});

test('lets an engineer allow one run of an image with too little support, on the record', async ({
  openFake,
}, testInfo) => {
  const window = await openFake();
  const { page, actOnStation } = window;
  const recipe = { name: 'widgy', title: { en: 'Widgy', es: 'Widgy' }, model: 'widgy', hasPanel: false };
  const reason = fault('image-support-too-low', {
    image: 'widget-deployer',
    model: 'widgy',
    found: 'Beta',
    needed: 'stable',
  });
  await actOnStation(
    (station, { blocked, builds }) => {
      station.answer('images.builds', () => Promise.resolve({ ok: true as const, value: builds }));
      station.send('images', { revision: 1, images: { images: [], missing: [] }, fault: null });
      station.setBay(blocked);
    },
    { blocked: fakeBay(1, { status: 'blocked', recipe, reason }), builds: someBuilds },
  );
  await expect(page.getByRole('gridcell')).toContainText('Blocked');
  await page.keyboard.press('Enter');
  await expect(page.getByText('or have an engineer allow one run.').first()).toBeVisible();
  await expect(page.getByText('Changed since it was built: Dockerfile')).toBeVisible();
  await page.keyboard.press('f');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('The image widget-deployer calls its support for widgy “Beta”');
  const begin = dialog.getByRole('button', { name: 'Flash once' });
  await expect(begin).toBeDisabled();
  await dialog.getByLabel('Engineer').fill('R. Pérez');
  await dialog.getByLabel('Reason').fill('First units of the pilot');
  await testInfo.attach('allow', { body: await page.screenshot(), contentType: 'image/png' });
  await begin.click();
  await expect(dialog).toHaveCount(0);
  expect(await lastAsked(window, 'bay.allowOnce')).toEqual({
    bay: 1,
    by: 'R. Pérez',
    reason: 'First units of the pilot',
  });

  const allowance = {
    by: 'R. Pérez',
    at: 1_700_000_000_000,
    reason: 'First units of the pilot',
    status: 'Beta',
    minimum: 'stable' as const,
    imageId: `sha256:${'4'.repeat(64)}`,
  };
  const record = createRun({ id: 'run-bay-1-0001', bay: 1, allowance, verdict: null, endedAt: null });
  await actOnStation(
    (station, given) => {
      station.setRuns([given.record]);
      station.setBay({
        ...given.blocked,
        status: 'running',
        reason: null,
        run: {
          id: given.record.id,
          attempt: 1,
          adopted: false,
          unitSerial: null,
          phase: 'flash',
          progress: { percent: null },
          startedAt: Date.now(),
          endedAt: null,
          expectedMs: null,
          panelPort: null,
          panelReady: false,
          asks: null,
          test: null,
          allowance: given.allowance,
          containerId: null,
          verdict: null,
          fault: null,
        },
      });
    },
    { record, allowance, blocked: fakeBay(1, { recipe }) },
  );
  await expect(page.getByText('Allowed by R. Pérez: First units of the pilot')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Allowance' })).toBeVisible();
  await expect(page.getByText('“Beta”')).toBeVisible();
});
