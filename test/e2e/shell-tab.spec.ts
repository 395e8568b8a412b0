import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { ensureDemoImages } from '../../demo/images.mjs';
import { build } from '../../scripts/build.mjs';
import { projectRoot } from '../../scripts/lib/main.mjs';
import { containersOf, makeBench, type Bench } from '../integration/station-harness.js';
import { ensureTinyImage, tinyImage } from '../integration/tiny-image.js';
import { expect, reloadPage, test } from './harness/fixtures.js';
import type { TestWindow } from './harness/window.js';

// Shells in the built application, over the real station and the real engine.

test.describe.configure({ timeout: 180_000 });

const docker = new Docker();
let bench: Bench;

test.beforeAll(async () => {
  test.setTimeout(600_000);
  await ensureTinyImage(docker);
  await ensureDemoImages({ log: () => undefined });
  await build({ log: () => undefined });
});

test.beforeEach(async () => {
  bench = await makeBench({ locale: 'en', autoFlash: false, operator: 'Ada' });
});

test.afterEach(async () => {
  await bench.dispose();
});

/** A flasher that goes on until it is ended. */
function useRecipe(image: string): void {
  rmSync(join(bench.home, 'recipes/widgy.yaml'), { force: true });
  writeFileSync(
    join(bench.home, 'recipes/workbench.yaml'),
    `
name: workbench
title: { en: Workbench, es: Banco }
model: widgy
minimumSupport: unknown
match: { path: '**/ttyWIDGET*' }
image: { name: '${image}' }
container:
  device: /dev/ttyACM0
  command: [sh, -c, 'echo ready; while true; do sleep 1; done']
  env:
    magicNumber: { secret: magicNumber }
  network: none
  capabilities: [DAC_OVERRIDE]
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
}

const screenOf = ({ page }: TestWindow) => page.locator('.xterm-rows');

async function openBay(open: (options: { entry: string; home: string }) => Promise<TestWindow>) {
  const window = await open({ entry: projectRoot, home: bench.home });
  const { page } = window;
  await expect(page.locator('[data-bay="1"]')).toHaveAttribute('data-status', 'ready');
  await page.keyboard.press('1');
  await page.keyboard.press('Enter');
  return window;
}

async function openThrowAway({ page }: TestWindow): Promise<void> {
  await page.getByRole('tab', { name: 'Shell' }).click();
  const ask = page.getByRole('button', { name: 'Throw-away container…' });
  await expect(ask).toBeEnabled();
  await ask.press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Open it' }).press('Enter');
  await expect(page.locator('.xterm-helper-textarea')).toBeFocused();
}

async function type({ page }: TestWindow, line: string): Promise<void> {
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

test('a throw-away shell is bash, with Unicode, of the window’s size, there after a reload, gone when it is left', async ({
  open,
}, testInfo) => {
  useRecipe('widget-deployer');
  bench.plug();
  const window = await openBay(open);
  const { page, app } = window;
  await openThrowAway(window);
  await expect(page.getByText('What you change inside a container is lost with it.')).toBeVisible();
  await expect(screenOf(window)).toContainText('#');
  await type(window, 'echo "$BASH ñ 漢 🔧 [$magicNumber]"');
  await expect(screenOf(window)).toContainText('/usr/bin/bash ñ 漢 🔧 [8974c408d831]');

  // As large as the window has room for, and smaller when it becomes smaller.
  const columns = async (mark: string): Promise<number> => {
    await type(window, `echo ${mark} $(stty size).`);
    const said = new RegExp(`${mark} \\d+ (\\d+)\\.`);
    await expect(screenOf(window)).toContainText(said);
    return Number(said.exec((await screenOf(window).textContent()) ?? '')?.[1]);
  };
  const wide = await columns('wide');
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(1024, 720));
  await expect.poll(() => page.evaluate(() => innerWidth)).toBeLessThan(1100);
  await expect.poll(async () => (await columns('narrow')) < wide).toBe(true);

  await reloadPage(window);
  await expect(screenOf(window)).toContainText('/usr/bin/bash ñ 漢 🔧');
  await testInfo.attach('shell', { body: await page.screenshot(), contentType: 'image/png' });
  await page.locator('.xterm-helper-textarea').focus();
  await type(window, 'exit 7');
  await expect(page.getByText('exit code 7').first()).toBeVisible();
  await expect.poll(() => containersOf(bench.home)).toEqual([]);
  expect(window.complaints()).toEqual([]);
});

test('a shell beside the flasher has a vi that is typed into, written and left', async ({
  open,
}, testInfo) => {
  useRecipe(tinyImage);
  bench.plug();
  const window = await openBay(open);
  const { page } = window;
  await page.keyboard.press('f');
  await page.getByRole('tab', { name: 'Shell' }).click();
  const enter = page.getByRole('button', { name: 'Shell in the container' });
  await expect(enter).toBeEnabled();
  await enter.press('Enter');
  await expect(page.locator('.xterm-helper-textarea')).toBeFocused();
  await expect(screenOf(window)).toContainText('#');
  await type(window, 'vi /tmp/note');
  await expect(screenOf(window)).toContainText('/tmp/note');
  await page.keyboard.type('iHello ñ 漢');
  await expect(screenOf(window)).toContainText('Hello ñ 漢');
  // It fills the screen: what is below the text is marked so, down to its last line.
  await expect(screenOf(window)).toContainText('~');
  await testInfo.attach('vi', { body: await page.screenshot(), contentType: 'image/png' });
  await page.keyboard.press('Escape');
  await expect(screenOf(window)).toContainText('- /tmp/note');
  await type(window, ':wq');
  await expect(screenOf(window)).not.toContainText('~');
  await type(window, 'echo "[$(cat /tmp/note)]"');
  await expect(screenOf(window)).toContainText('[Hello ñ 漢]');
});

test('a throw-away container whose station was killed goes with the next one’s start, and the bay is free', async ({
  open,
}) => {
  useRecipe(tinyImage);
  bench.plug();
  const first = await openBay(open);
  await openThrowAway(first);
  await expect(screenOf(first)).toContainText('#');
  const [left] = await containersOf(bench.home);
  const neighbour = await docker.createContainer({
    Image: tinyImage,
    Cmd: ['sleep', '600'],
    Labels: { 'io.slipway.station': 'somebody-else', 'io.slipway.role': 'shell' },
  });
  bench.defer(() => neighbour.remove({ force: true }));
  await neighbour.start();
  await first.kill();
  // Nobody is there to take it away: it goes on.
  expect((await docker.getContainer(left ?? '').inspect()).State.Running).toBe(true);

  const second = await open({ entry: projectRoot, home: bench.home });
  const { page } = second;
  await expect(page.locator('[data-bay="1"]')).toHaveAttribute('data-status', 'ready');
  await expect.poll(() => containersOf(bench.home)).toEqual([]);
  expect((await neighbour.inspect()).State.Running).toBe(true);
  await page.keyboard.press('1');
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Shell' }).click();
  await expect(page.getByText('Ada').first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Throw-away container…' })).toBeEnabled();
});
