// Opens the real window over the fake station, to work on the page without ports or an engine:
//
//   SLIPWAY_FAKE_BAYS=8 node test/fakes/window/open.mjs --home /tmp/some-folder
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolveElectron, sandboxArguments } from '../../../scripts/electron-runtime.mjs';
import { openDisplay } from '../../../scripts/lib/display.mjs';
import { projectRoot, runMain } from '../../../scripts/lib/main.mjs';
import { buildFakeWindow } from './build.mjs';

runMain(async () => {
  const file = await buildFakeWindow();
  const { executable } = await resolveElectron();
  const display = await openDisplay();
  const words = [...sandboxArguments(), file, ...process.argv.slice(2)];
  const env = { ...process.env, DISPLAY: display.name, SLIPWAY_ROOT: projectRoot };
  const [code] = await once(spawn(executable, words, { env, stdio: 'inherit' }), 'exit');
  await display.close();
  return code ?? 1;
});
