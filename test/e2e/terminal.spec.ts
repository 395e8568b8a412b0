import { fakeRunningBay } from '../fakes/station.js';
import { expect, test, type FakeWindow } from './harness/fixtures.js';

const id = '7b5c2b54-0000-4000-8000-000000000001';

const size = { columns: 80, rows: 24 };

async function openTerminal(window: FakeWindow): Promise<void> {
  const { page, actOnStation } = window;
  await actOnStation((station, bay) => station.setBay(bay), fakeRunningBay(1));
  await actOnStation(
    (station, given) => {
      const shell = {
        id: given.id,
        bay: 1,
        place: 'container' as const,
        recipe: 'widget',
        runId: 'run-bay-1-0001',
        imageName: 'widget-deployer',
        imageId: 'sha256:1',
        containerId: 'c1',
        operator: 'Ada',
        host: 'fake',
        openedAt: Date.now(),
        ended: null,
      };
      station.send('shells', { revision: 1, shells: [shell] });
      const terminal = { id: given.id, kind: 'shell' as const, size: given.size, ended: null };
      station.send('terminal', { kind: 'state', viewer: 1, terminal });
    },
    { id, size },
  );
  await page.evaluate(() => void (location.hash = '#/bay/1/shell'));
  await expect(page.locator('.xterm textarea')).toBeFocused();
}

const say = ({ actOnStation }: FakeWindow, text: string): Promise<void> =>
  actOnStation((station, said) => {
    station.send('terminal', {
      kind: 'output',
      from: 0,
      bytes: Uint8Array.from(Buffer.from(said)),
      isReplay: false,
    });
  }, text);

const written = ({ actOnStation }: FakeWindow): Promise<string> =>
  actOnStation(
    (station) =>
      station.asked
        .flatMap(({ name, input }) => (name === 'terminal.write' ? [(input as { data: string }).data] : []))
        .join(''),
    undefined,
  );

test('a terminal draws its colours under the strict policy, which has nothing to complain of', async ({
  openFake,
}) => {
  const window = await openFake();
  await openTerminal(window);
  await say(window, '\x1b[38;2;200;30;30mtrue\x1b[0m \x1b[32mgreen\x1b[0m ñ 漢\r\n');
  const rows = window.page.locator('.xterm-rows');
  await expect(rows).toContainText('true green ñ 漢');
  const colour = await window.page
    .locator('.xterm-rows span', { hasText: /^true$/ })
    .evaluate((span) => getComputedStyle(span).color);
  expect(colour).toMatch(/^rgb\((1[5-9]\d|2\d\d), /);
  expect(window.complaints()).toEqual([]);
});

test('every key is the program’s but F6, which leads out to the tools and back', async ({ openFake }) => {
  const window = await openFake();
  await openTerminal(window);
  const { page } = window;
  for (const key of ['f', 'a', '1', 'Escape', 'Tab', 'Control+r']) await page.keyboard.press(key);
  await expect.poll(() => written(window)).toBe('fa1\x1b\t\x12');
  await page.keyboard.press('F6');
  await expect(page.getByRole('searchbox', { name: 'Search the output' })).toBeFocused();
  await page.keyboard.press('F6');
  await expect(page.locator('.xterm textarea')).toBeFocused();
  expect(await written(window)).toBe('fa1\x1b\t\x12');
});

test('several lines are pasted once they are confirmed, and at once where the program takes them whole', async ({
  openFake,
}) => {
  const window = await openFake();
  await openTerminal(window);
  const { page } = window;
  const paste = (): Promise<void> =>
    page.locator('.xterm textarea').evaluate((field) => {
      const data = new DataTransfer();
      data.setData('text/plain', 'one\ntwo\n');
      field.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    });
  await paste();
  await expect(page.getByRole('dialog')).toContainText('Paste 2 lines?');
  expect(await written(window)).toBe('');
  await page.keyboard.press('Enter');
  await expect.poll(() => written(window)).toBe('one\rtwo\r');
  await say(window, '\x1b[?2004h');
  await paste();
  await expect.poll(() => written(window)).toBe('one\rtwo\r\x1b[200~one\rtwo\r\x1b[201~');
});
