import { openDisplay } from '../../scripts/lib/display.mjs';
import requireEngine from '../../scripts/lib/require-engine.mjs';
import { resolveElectron } from '../../scripts/electron-runtime.mjs';
import { buildFakeWindow } from '../fakes/window/build.mjs';

/** Builds what the windows are made of, finds an Electron, and opens a display where there is none. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  await requireEngine();
  process.env['SLIPWAY_TEST_FAKE_WINDOW'] = await buildFakeWindow();
  process.env['SLIPWAY_TEST_ELECTRON'] = (await resolveElectron()).executable;
  const display = await openDisplay();
  process.env['DISPLAY'] = display.name;
  return () => display.close();
}
