// npm start: the station's window from this checkout, over your own home folder and your own Docker.
//
//   npm start -- --home DIR   another home folder than ~/.slipway (or SLIPWAY_HOME)
//   npm start -- --kiosk      for a station on a line
import { ensureDebianPackages } from './debian-packages.mjs';
import { aborted, cleanup } from './lib/cleanup.mjs';
import { openDisplay } from './lib/display.mjs';
import { isMain, runMain } from './lib/main.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { startWindow } from './lib/window-process.mjs';

async function main() {
  const end = cleanup();
  try {
    await ensureNpmPackages();
    await ensureDebianPackages(['window']);
    const { resolveElectron } = await import('./electron-runtime.mjs');
    const { executable } = await resolveElectron();
    const { build } = await import('./build.mjs');
    await build();
    const display = await openDisplay();
    end.defer(display.close);
    const env = { ...process.env, DISPLAY: display.name };
    const window = startWindow({ executable, env, args: process.argv.slice(2) });
    end.defer(() => window.stop());
    return await Promise.race([window.ended, aborted(end.signal).then(() => 130)]);
  } finally {
    await end.run();
  }
}

if (isMain(import.meta.url)) runMain(main);
