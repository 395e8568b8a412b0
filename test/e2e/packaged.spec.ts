import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { _electron } from '@playwright/test';
import { sandboxArguments } from '../../scripts/electron-runtime.mjs';
import { packageUnpacked } from '../../scripts/package.mjs';
import { expect, test } from './harness/fixtures.js';

interface WithBridge {
  slipway: { call(name: string, input: unknown): Promise<unknown> };
}

test('the packaged application starts, shows its window over the real station, and ends cleanly', async ({
  home,
}) => {
  test.setTimeout(300_000);
  const packed = await packageUnpacked({ log: () => undefined });
  // Whoever finds a package on the development runtime is told so.
  expect(existsSync(join(packed.folder, 'NOT-FOR-PEOPLE.txt'))).toBe(!packed.forPeople);
  const app = await _electron.launch({
    executablePath: packed.executable,
    args: [...sandboxArguments(), '--home', home],
    env: { ...(process.env as Record<string, string>), SLIPWAY_UNATTENDED: '1', LANG: 'en_US.UTF-8' },
  });
  const page = await app.firstWindow();
  await expect(page.getByText('Docker', { exact: false }).first()).toBeVisible();
  expect(await app.evaluate(({ app: shell }) => shell.isPackaged)).toBe(true);
  expect(existsSync(join(home, 'records.db'))).toBe(true);
  // On a thread of its own, whose driver lies in the archive.
  const copy = join(home, 'copy.db');
  const made = await page.evaluate(
    (file) => (window as unknown as WithBridge).slipway.call('archive.backup', { file }),
    copy,
  );
  expect(made).toMatchObject({ ok: true, value: { runs: 0 } });
  expect(existsSync(copy)).toBe(true);
  const child = app.process();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});
