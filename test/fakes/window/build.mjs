import { join } from 'node:path';
import { build } from '../../../scripts/build.mjs';
import { withLock } from '../../../scripts/lib/lock.mjs';
import { projectRoot } from '../../../scripts/lib/main.mjs';

/**
 * Builds what has changed of the application, and a main process over the fake station beside it.
 * @returns {Promise<string>} that main process's file, to be given to Electron
 */
export async function buildFakeWindow() {
  await build();
  return withLock(join(projectRoot, '.cache', 'build.lock'), 'building', async () => {
    const vite = await import('vite');
    await vite.build({ configFile: join(import.meta.dirname, 'vite.config.ts'), logLevel: 'warn' });
    return join(projectRoot, '.cache', 'fake-window', 'main', 'index.js');
  });
}
