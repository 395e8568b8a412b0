/* eslint-disable no-empty-pattern -- Playwright reads what a fixture needs from its parameter's pattern. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { build } from '../../scripts/build.mjs';
import { projectRoot } from '../../scripts/lib/main.mjs';
import { removeAllOf } from '../integration/engine-bench.js';
import { containersOf, makeBench, runSlipway, type Bench } from '../integration/station-harness.js';
import { buildImage, ensureTinyImage, tinyImage } from '../integration/tiny-image.js';
import { expect, test } from './harness/fixtures.js';
import { openWindow, type TestWindow } from './harness/window.js';

// Files, volumes, logs and images in the built application, over the real station and the real engine: one window
// for them all, in the order in which an engineer would come to them.

test.describe.configure({ mode: 'serial', timeout: 90_000 });

const docker = new Docker();
const own = `${process.pid}-${Date.now()}`;
const flasher = `slipway-test-flasher:${own}`;
const travels = `slipway-test-travels:${own}`;
const neighbours = [`slipway-test-neighbour:${own}`, `slipway-test-heir:${own}`] as const;
const volume = `slipway-test-licences-${own}`;
const foreignVolume = `slipway-test-neighbour-${own}`;
const fromContainer = 'board=widgy\nsecond line\n';

let bench: Bench;
let window: TestWindow;
let station: string;

/** It prints until somebody puts a file into its /tmp. Who it runs as may look neither into /closed nor into /memory/closed. */
const recipe = `
name: bench
title: { en: Bench, es: Banco }
model: widgy
minimumSupport: unknown
match: { path: '**/ttyWIDGET*' }
image: { name: '${flasher}' }
container:
  device: /dev/ttyACM0
  command: [sh, -c, 'mkdir -m 0 /memory/closed; n=0; until [ -e /tmp/finish ]; do n=$((n+1)); echo block $n of many; sleep 0.2; done; echo flashed after $n']
  mounts: [{ type: volume, source: '${volume}', target: /data }, { type: tmpfs, target: /memory }]
  network: none
flash:
  start: launch
  progress: []
  success: [{ log: '^flashed ' }]
  failure: [{ log: '^broken$' }]
  timeout: 10m
  stall: 10m
after: keep
`;

test.beforeAll(async () => {
  test.setTimeout(600_000);
  await ensureTinyImage(docker);
  await build({ log: () => undefined });
  bench = await makeBench({ locale: 'en', autoFlash: false, operator: 'Ada' });
  rmSync(join(bench.home, 'recipes/widgy.yaml'));
  writeFileSync(join(bench.home, 'recipes/bench.yaml'), recipe);
  await buildImage(
    docker,
    flasher,
    `FROM ${tinyImage}\nRUN mkdir -m 700 /closed && touch /closed/inside && mkdir -m 777 /gone && printf '${fromContainer.replaceAll('\n', '\\n')}' > /board.txt\nUSER operator\n`,
  );
  const context = join(bench.home, 'context');
  mkdirSync(context);
  writeFileSync(
    join(context, 'Dockerfile'),
    `FROM ${tinyImage}\nLABEL deviceSupportStatus.widgy="Candidato a estable 3"\nRUN echo ${travels} > /made\n`,
  );
  const made = runSlipway(bench, [
    'images',
    'build',
    '--context',
    context,
    '--name',
    travels,
    '--home',
    bench.home,
  ]);
  if ((await made.exit) !== 0) throw new Error(`no image was built: ${made.errors()}`);
  station = readFileSync(join(bench.home, 'station-id'), 'utf8').trim();
  await buildImage(docker, neighbours[0], `FROM ${tinyImage}\nLABEL deviceSupportStatus.widgy=Stable\n`);
  // It has our labels, as everything has that is built on an image of ours.
  await buildImage(docker, neighbours[1], `FROM ${travels}\nLABEL theirs=1\n`);
  await docker.createVolume({ Name: foreignVolume });
  bench.plug();
  window = await openWindow({ entry: projectRoot, home: bench.home });
});

test.afterAll(async () => {
  await window.end();
  await bench.dispose();
  await removeAllOf(docker, station);
  await docker.getVolume(foreignVolume).remove();
  for (const name of [...[...neighbours].reverse(), travels, flasher]) {
    const mine = (await docker.listImages()).filter(({ RepoTags }) => RepoTags?.includes(name) === true);
    for (const { Id } of mine) await docker.getImage(Id).remove({ force: true });
  }
});

test.afterEach(() => expect(window.complaints()).toEqual([]));

/** What the system's dialogs answer from now on: the same file, to be saved as or to be opened. */
const answerDialogs = (file: string): Promise<void> =>
  window.app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, file);

const clipboard = (): Promise<string> => window.app.evaluate(({ clipboard: board }) => board.readText());

/** What a shell says that has the volume at /data; its container is gone afterwards. */
async function inVolume(script: string): Promise<string> {
  const container = await docker.createContainer({
    Image: tinyImage,
    Cmd: ['sh', '-c', script],
    HostConfig: { Binds: [`${volume}:/data`] },
    Tty: true,
  });
  try {
    await container.start();
    await container.wait();
    return (await container.logs({ stdout: true })).toString();
  } finally {
    await container.remove({ force: true });
  }
}

/** What a program in the flasher's container says. */
async function inContainer(...command: string[]): Promise<string> {
  const [id = ''] = await containersOf(bench.home);
  const exec = await docker
    .getContainer(id)
    .exec({ Cmd: command, User: 'root', AttachStdout: true, Tty: true });
  let output = '';
  for await (const chunk of await exec.start({ Tty: true })) output += String(chunk);
  return output.replaceAll('\r', '');
}

test('a volume is created, backed up, removed and restored as it was; others’ are not there', async ({}, testInfo) => {
  const { page } = window;
  const dialog = page.getByRole('dialog');
  await page.keyboard.press('Control+5');
  await page.getByRole('tab', { name: 'Volumes' }).click();
  await expect(page.getByRole('heading', { name: 'This station has no volumes' })).toBeVisible();
  await page.getByRole('button', { name: 'Create…' }).click();
  await dialog.getByLabel('Name').fill(volume);
  await page.keyboard.press('Enter');
  const row = page.getByRole('row', { name: volume });
  await expect(row).toContainText('bench');
  await expect(page.getByText(foreignVolume)).toHaveCount(0);
  await inVolume(
    'mkdir /data/deep; echo 8974 > /data/deep/licence; chown 1000:1000 /data/deep/licence; chmod 640 /data/deep/licence',
  );

  const file = join(bench.home, 'licences.tar');
  await answerDialogs(file);
  await page.getByRole('button', { name: `Back up ${volume}` }).click();
  await expect(page.locator('[data-state=done]')).toContainText(`Back up the volume ${volume}`);
  expect(existsSync(file)).toBe(true);

  await page.getByRole('button', { name: `Remove ${volume}` }).click();
  await expect(dialog).toContainText('bench will find it empty at the next run.');
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'This station has no volumes' })).toBeVisible();
  expect((await docker.listVolumes()).Volumes.map(({ Name }) => Name)).toContain(foreignVolume);
  expect((await docker.listVolumes()).Volumes.map(({ Name }) => Name)).not.toContain(volume);

  await page.getByRole('button', { name: 'Restore a backup…' }).click();
  await expect(dialog).toContainText('A new volume is made.');
  await testInfo.attach('restore', { body: await page.screenshot(), contentType: 'image/png' });
  await dialog.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(page.locator('[data-state=done]').filter({ hasText: 'Restore the volume' })).toBeVisible();
  await expect(row).toBeVisible();
  expect(await inVolume('stat -c "%a %u:%g" /data/deep/licence; cat /data/deep/licence')).toBe(
    '640 1000:1000\r\n8974\r\n',
  );
  await testInfo.attach('volumes', { body: await page.screenshot(), contentType: 'image/png' });
});

test('the files of a run’s container are listed, downloaded and uploaded, and what cannot be says why', async ({}, testInfo) => {
  const { page } = window;
  await page.keyboard.press('Control+1');
  await expect(page.locator('[data-bay="1"]')).toHaveAttribute('data-status', 'ready');
  await page.keyboard.press('1');
  await page.keyboard.press('Enter');
  await page.keyboard.press('f');
  await expect(page.getByText('block 3 of many')).toBeVisible({ timeout: 30_000 });
  await page.getByRole('tab', { name: 'Files' }).click();
  const row = (name: string) => page.getByRole('row', { name });
  await expect(row('data')).toContainText(`volume ${volume}`);
  await testInfo.attach('files', { body: await page.screenshot(), contentType: 'image/png' });

  const brought = join(bench.home, 'board.txt');
  await answerDialogs(brought);
  await row('board.txt').click();
  await page.keyboard.press('d');
  await expect(page.locator('[data-state=done]')).toContainText('Download /board.txt');
  expect(readFileSync(brought, 'utf8')).toBe(fromContainer);

  // Its user may not look in there; Docker's archive may, but it does not hold what is in memory.
  await row('closed').dblclick();
  await expect(row('inside')).toBeVisible();
  await page.keyboard.press('Backspace');
  await expect(row('closed')).toHaveAttribute('aria-selected', 'true');
  await row('memory').dblclick();
  await row('closed').dblclick();
  await expect(
    page.getByText('The container’s own permissions do not allow this in /memory/closed.'),
  ).toBeVisible();
  await testInfo.attach('closed', { body: await page.screenshot(), contentType: 'image/png' });
  await page.getByRole('button', { name: '/', exact: true }).click();

  // Gone since the list was read.
  await expect(row('gone')).toBeVisible();
  await inContainer('rmdir', '/gone');
  await row('gone').dblclick();
  await expect(page.getByText('There is no /gone in the container.')).toBeVisible();
  await page.getByRole('button', { name: 'Up', exact: true }).click();
  await expect(row('board.txt')).toBeVisible();
  await expect(row('gone')).toHaveCount(0);

  await row('tmp').dblclick();
  await expect(page.getByRole('heading', { name: 'This folder is empty' })).toBeVisible();
  const sent = join(bench.home, 'sent.bin');
  writeFileSync(sent, 'from the host\n');
  await answerDialogs(sent);
  await page.keyboard.press('u');
  await expect(row('sent.bin')).toBeVisible();
  expect(await inContainer('cat', '/tmp/sent.bin')).toBe('from the host\n');
});

test('the log of a run is searched, gone through by time and copied while it grows', async ({}, testInfo) => {
  const { page } = window;
  await page.getByRole('tab', { name: 'Run' }).click();
  await page.keyboard.press('l');
  await page.keyboard.type('block 4 of');
  await expect(page.getByText('1/1')).toBeVisible();
  await expect(page.locator('.current mark')).toHaveText('block 4 of');
  // The first one empties the search, the second leaves it.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');

  await page.keyboard.press('t');
  await page.keyboard.press('g');
  await page.keyboard.type('+0');
  await page.keyboard.press('Enter');
  await expect(page.locator('.line.current')).toContainText('recipe bench');
  await page.keyboard.press('Escape');
  await testInfo.attach('log', { body: await page.screenshot(), contentType: 'image/png' });
  await page.keyboard.press('c');
  await expect.poll(clipboard).toMatch(/block 1 of many\n.*block 2 of many\n[^]*block 5 of many/);

  // What is uploaded ends the run, and the bay shows it.
  const finish = join(bench.home, 'finish');
  writeFileSync(finish, '');
  await answerDialogs(finish);
  await page.getByRole('tab', { name: 'Files' }).click();
  await expect(page.getByRole('row', { name: 'sent.bin' })).toBeVisible();
  await page.keyboard.press('u');
  await page.getByRole('tab', { name: 'Run' }).click();
  await expect(page.getByText('flashed after')).toBeVisible();
});

test('the log of a past run is searched, gone through by time, copied and saved whole', async ({}, testInfo) => {
  const { page } = window;
  await page.keyboard.press('Control+2');
  const rows = page.getByRole('table', { name: 'Runs, newest first' }).getByRole('button', { name: 'PASS' });
  await rows.first().click();
  await expect(page.getByText('block 1 of many')).toBeVisible();
  await page.keyboard.press('l');
  await page.keyboard.type('flashed');
  await expect(page.locator('.current mark')).toHaveText('flashed');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.type('+0');
  await page.keyboard.press('Enter');
  await expect(page.locator('.line.current')).toContainText('recipe bench');
  await page.keyboard.press('Escape');
  await page.keyboard.press('c');
  await expect.poll(clipboard).toMatch(/block 1 of many\n[^]*flashed after \d+\n[^]*PASS/);

  const file = join(bench.home, 'run.log');
  await answerDialogs(file);
  await page.keyboard.press('s');
  await expect(page.getByText('Saved')).toBeAttached();
  expect(readFileSync(file, 'utf8')).toMatch(/block 1 of many\n[^]*flashed after \d+\n/);
  await testInfo.attach('past', { body: await page.screenshot(), contentType: 'image/png' });
});

test('the container that a recipe keeps is still there to be looked into', async () => {
  const { page } = window;
  await page.keyboard.press('Control+1');
  await page.keyboard.press('1');
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Files' }).click();
  await expect(page.getByText('This container has stopped.')).toBeVisible();
  await expect(page.getByRole('row', { name: 'sent.bin' })).toBeVisible();
});

test('an image is inspected, saved, removed and loaded again; images of others are not there', async ({}, testInfo) => {
  const { page } = window;
  const dialog = page.getByRole('dialog');
  await page.keyboard.press('Control+6');
  const rows = page.getByRole('grid').locator('tbody tr');
  const mine = rows.filter({ hasText: travels });
  await expect(mine).toContainText('Release Candidate 3');
  await expect(rows.filter({ hasText: flasher })).toContainText('Stable');
  for (const name of neighbours) await expect(rows.filter({ hasText: name })).toHaveCount(0);

  await mine.click();
  const pane = page.getByRole('region', { name: `Details of ${travels}` }).first();
  await expect(pane).toContainText('made by this station');
  await expect(pane).toContainText('“Candidato a estable 3”');
  await expect(pane).toContainText(`echo ${travels}`);
  const { Id } = await docker.getImage(travels).inspect();
  await expect(pane).toContainText(Id);
  await testInfo.attach('inspect', { body: await page.screenshot(), contentType: 'image/png' });

  const file = join(bench.home, 'images.tar');
  await page.getByRole('button', { name: 'Save…' }).click();
  await dialog.getByRole('textbox', { name: 'File' }).fill(file);
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  const done = page.getByRole('status').filter({ hasText: 'Done' }).first();
  await expect(done).toBeVisible({ timeout: 30_000 });
  expect(existsSync(file)).toBe(true);

  // What another image is built on stays; what a recipe needs stays, too.
  await page.keyboard.press('Control+6');
  await rows.filter({ hasText: flasher }).click();
  await page.getByRole('button', { name: 'Remove…' }).click();
  await expect(dialog.getByRole('button', { name: 'Remove', exact: true })).toBeDisabled();
  await page.keyboard.press('Escape');
  await docker.getImage(neighbours[1]).remove();
  await mine.click();
  await page.getByRole('button', { name: 'Remove…' }).click();
  await expect(dialog).toContainText('with up to');
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(mine).toHaveCount(0);
  // Its name goes a moment before it.
  await expect.poll(async () => (await docker.listImages()).map((each) => each.Id)).not.toContain(Id);
  expect((await docker.getImage(neighbours[0]).inspect()).RepoTags).toContain(neighbours[0]);

  await page.getByRole('button', { name: 'Load…' }).click();
  await dialog.getByRole('textbox', { name: 'File' }).fill(file);
  await dialog.getByRole('button', { name: 'Check' }).click();
  await expect(dialog).toContainText('Intact.');
  await expect(dialog).toContainText('new here');
  await dialog.getByRole('button', { name: 'Load', exact: true }).click();
  await expect(done).toBeVisible({ timeout: 30_000 });
  await page.keyboard.press('Control+6');
  await expect(mine).toContainText('Release Candidate 3');
  expect((await docker.getImage(travels).inspect()).Id).toBe(Id);
  await testInfo.attach('loaded', { body: await page.screenshot(), contentType: 'image/png' });
});
