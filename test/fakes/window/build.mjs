import { join } from 'node:path';
import { withLock } from '../../../scripts/lib/lock.mjs';
import { projectRoot } from '../../../scripts/lib/main.mjs';

/**
 * Builds the page, the preload and a main process over the fake station.
 * @returns {Promise<string>} the main process's file, to be given to Electron
 */
export function buildFakeWindow() {
  return withLock(join(projectRoot, '.cache', 'build.lock'), 'building', async () => {
    const vite = await import('vite');
    for (const config of [
      'vite.preload.config.ts',
      'vite.renderer.config.ts',
      'test/fakes/window/vite.config.ts',
    ]) {
      await vite.build({ configFile: join(projectRoot, config), logLevel: 'warn' });
    }
    return join(projectRoot, '.cache', 'fake-window', 'main', 'index.js');
  });
}
