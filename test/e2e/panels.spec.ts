import type { Page } from '@playwright/test';
import { fakeRunningBay } from '../fakes/station.js';
import { expect, panelPage, test, type FakeWindow } from './harness/fixtures.js';

const bounds = { x: 40, y: 120, width: 700, height: 400 };

/** A bay whose panel is published, and the window's page with the panel placed by hand. */
async function showPanel({ page, actOnStation }: FakeWindow, port: number, bay = 1): Promise<void> {
  const running = fakeRunningBay(bay, { panelPort: port, panelReady: true });
  await actOnStation((station, view) => station.setBay(view), running);
  await place(page, bay);
}

async function place(page: Page, bay: number): Promise<void> {
  const reply = await page.evaluate(
    ([number, at]) => slipway.call('panel.place', { bay: number, bounds: at }),
    [bay, bounds] as const,
  );
  expect(reply).toEqual({ ok: true });
}

/** The views that lie over the page, as the window has them. */
function panelViews({ app }: FakeWindow) {
  return app.evaluate(({ BrowserWindow }) =>
    (BrowserWindow.getAllWindows()[0]?.contentView.children ?? []).map((view) => ({
      bounds: view.getBounds(),
      url: 'webContents' in view ? (view.webContents as Electron.WebContents).getURL() : '',
      isVisible: (view as { getVisible?: () => boolean }).getVisible?.(),
    })),
  );
}

test('shows a bay’s panel where the page puts it, and keeps a login that lives in a Lax cookie', async ({
  openFake,
  panelServer,
}) => {
  const window = await openFake();
  await showPanel(window, panelServer.port);
  const panel = await panelPage(window, panelServer.url);
  await panel.getByRole('button', { name: 'Log in' }).click();
  await expect(panel.getByRole('heading')).toHaveText('Welcome, operator');
  const views = await panelViews(window);
  expect(views.filter(({ url }) => url === panelServer.url)).toMatchObject([{ bounds }]);

  // The window is loaded anew; the panel is not, and is still logged in.
  await window.page.reload();
  await place(window.page, 1);
  expect(panel.isClosed()).toBe(false);
  await panel.reload();
  await expect(panel.getByRole('heading')).toHaveText('Welcome, operator');
});
