import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { build } from '../../scripts/build.mjs';
import { projectRoot } from '../../scripts/lib/main.mjs';
import { containersOf, makeBench, type Bench } from '../integration/station-harness.js';
import { ensureTinyImage, tinyImage } from '../integration/tiny-image.js';
import { expect, reloadPage, test } from './harness/fixtures.js';

// The workshop in the built application, over the real station and the real engine, with neighbours on it.

test.describe.configure({ timeout: 180_000 });

const docker = new Docker();
const magicNumber = '8974c408d831';
let bench: Bench;
let image: string;

test.beforeAll(async () => {
  test.setTimeout(600_000);
  await ensureTinyImage(docker);
  await build({ log: () => undefined });
});

test.beforeEach(async () => {
  bench = await makeBench({ locale: 'en', autoFlash: false, operator: 'Ada' });
  image = `slipway-test-workshop:${process.pid}-${Date.now()}`;
});

test.afterEach(async () => {
  await bench.dispose();
  const mine = (await docker.listImages()).filter(({ RepoTags }) => RepoTags?.includes(image) === true);
  for (const { Id } of mine) await docker.getImage(Id).remove({ force: true });
});

const options = () => ({ entry: projectRoot, home: bench.home });

function context(dockerfile: string): string {
  const folder = join(bench.home, 'context');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'Dockerfile'), dockerfile);
  return folder;
}

test('a build shows its steps and what they print, and one that fails its last lines and exit code', async ({
  open,
}, testInfo) => {
  const folder = context(
    `FROM ${tinyImage}\nLABEL deviceSupportStatus.widgy="Candidato a estable 3"\nRUN echo made for ${image}\nRUN echo almost; echo 'flasher.c:1: error'; exit 42\n`,
  );
  const window = await open(options());
  const { page } = window;
  await page.keyboard.press('Control+6');
  const begin = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Build…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Context folder').fill(folder);
    await dialog.getByLabel('Image name').fill(image);
    await dialog.getByRole('button', { name: 'Build', exact: true }).click();
    await expect(page.getByRole('heading', { name: `Build ${image}` })).toBeVisible();
  };
  await begin();
  await expect(page.getByText('ended with exit code 42', { exact: false })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('button', { name: /RUN echo made for.*Done/ })).toBeVisible();
  await expect(page.getByRole('button', { name: /RUN echo almost.*Failed/ })).toHaveAttribute(
    'aria-expanded',
    'true',
  );
  await expect(page.locator('pre').getByText('flasher.c:1: error', { exact: true })).toBeVisible();
  await testInfo.attach('failed', { body: await page.screenshot(), contentType: 'image/png' });
  await reloadPage(window);
  await expect(page.locator('pre').getByText('flasher.c:1: error', { exact: true })).toBeVisible();

  // Mended: what was made before is taken from the cache, and the image says what it supports.
  context(readFileSync(join(folder, 'Dockerfile'), 'utf8').replace('exit 42', 'exit 0'));
  await page.getByRole('button', { name: 'Back to the images' }).first().click();
  await begin();
  await expect(page.getByRole('status').filter({ hasText: 'Done' }).first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('button', { name: /RUN echo made for.*Cached/ })).toBeVisible();
  await page.getByRole('button', { name: /RUN echo made for.*Cached/ }).focus();
  await testInfo.attach('done', { body: await page.screenshot(), contentType: 'image/png' });
  expect((await docker.getImage(image).inspect()).Config.Labels).toMatchObject({
    'deviceSupportStatus.widgy': 'Candidato a estable 3',
  });
  expect(window.complaints()).toEqual([]);
});

test('the container of a run is inspected with its secrets masked', async ({ open }, testInfo) => {
  rmSync(join(bench.home, 'recipes/widgy.yaml'));
  writeFileSync(
    join(bench.home, 'recipes/bench.yaml'),
    `
name: bench
title: { en: Bench, es: Banco }
model: widgy
minimumSupport: unknown
match: { path: '**/ttyWIDGET*' }
image: { name: '${tinyImage}' }
container:
  device: /dev/ttyACM0
  command: [sh, -c, 'echo licence $magicNumber; sleep 600']
  env:
    magicNumber: { secret: magicNumber }
    MODE: fast
  network: none
flash:
  start: launch
  progress: []
  success: [{ log: '^never$' }]
  failure: [{ log: '^broken$' }]
  timeout: 10m
  stall: 10m
after: remove
`,
  );
  bench.plug();
  const window = await open(options());
  const { page, app } = window;
  await expect(page.locator('[data-bay="1"]')).toHaveAttribute('data-status', 'ready');
  await page.keyboard.press('1');
  await page.keyboard.press('Enter');
  await page.keyboard.press('f');
  await page.getByRole('tab', { name: 'Container' }).click();
  const facts = page.getByRole('region', { name: 'Facts' });
  await expect(facts).toContainText('→ /dev/ttyACM0', { timeout: 30_000 });
  await expect(facts).toContainText('MODE');
  await expect(facts.getByText('secret, not shown')).toBeVisible();
  await page.getByRole('button', { name: 'Copy as JSON' }).click();
  const copied = (): Promise<string> => app.evaluate(({ clipboard }) => clipboard.readText());
  const json = await copied();
  await page.getByRole('button', { name: 'Copy as docker run' }).click();
  await expect.poll(copied).toMatch(/^docker run /);
  const [id = ''] = await containersOf(bench.home);
  // The engine knows it; the window never does.
  expect(JSON.stringify(await docker.getContainer(id).inspect())).toContain(magicNumber);
  for (const text of [json, await copied(), await page.content()]) expect(text).not.toContain(magicNumber);
  expect(await copied()).toContain('--env magicNumber ');
  await testInfo.attach('inspect', { body: await page.screenshot(), contentType: 'image/png' });
  expect(window.complaints()).toEqual([]);
});

test('a clean-up is previewed, and takes what was chosen and no neighbour', async ({ open }, testInfo) => {
  const window = await open(options());
  const { page } = window;
  await expect(page.getByText('Docker 2', { exact: false }).first()).toBeVisible();
  const station = readFileSync(join(bench.home, 'station-id'), 'utf8').trim();
  const own = { 'io.slipway.station': station };
  const volume = await docker.createVolume({ Name: `slipway-test-${station}`, Labels: own });
  bench.defer(() =>
    docker
      .getVolume(volume.name)
      .remove()
      .catch(() => undefined),
  );
  const network = await docker.createNetwork({ Name: `slipway-test-${station}`, Labels: own });
  bench.defer(() => network.remove().catch(() => undefined));
  const theirs = await docker.createNetwork({ Name: `slipway-neighbour-${station}` });
  bench.defer(() => theirs.remove());
  const neighbour = await docker.createContainer({ Image: tinyImage, Cmd: ['true'] });
  bench.defer(() => neighbour.remove({ force: true }));

  await page.keyboard.press('Control+5');
  await page.getByRole('tab', { name: 'Clean up' }).click();
  const row = page.getByRole('checkbox', { name: `slipway-test-${station}`, exact: true });
  await expect(row).toHaveCount(2);
  await expect(page.getByText(`slipway-neighbour-${station}`)).toHaveCount(0);
  await testInfo.attach('preview', { body: await page.screenshot(), contentType: 'image/png' });
  // The network is proposed, the volume never by itself.
  expect((await Promise.all((await row.all()).map((each) => each.isChecked()))).sort()).toEqual([
    false,
    true,
  ]);
  await page.getByRole('button', { name: 'Remove what is chosen' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).press('Enter');
  await expect(page.getByText('One thing was removed', { exact: false })).toBeVisible();
  const gone = (look: Promise<unknown>): Promise<boolean> =>
    look.then(
      () => false,
      () => true,
    );
  expect(await gone(network.inspect())).toBe(true);
  expect(await gone(docker.getVolume(volume.name).inspect())).toBe(false);
  expect(await gone(theirs.inspect())).toBe(false);
  expect(await gone(neighbour.inspect())).toBe(false);
  expect(window.complaints()).toEqual([]);
});
