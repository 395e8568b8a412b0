import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from './cache.mjs';
import { projectRoot } from './main.mjs';
import { warn } from './say.mjs';

/**
 * @typedef {object} DemoHome
 * @property {string} home the station's home folder
 * @property {string} devices the folder in which virtual widgets appear
 */

/**
 * Makes a home folder for the demo's station, outside the checkout; what it recorded before stays.
 * @param {{ name: string, fresh?: boolean }} options
 * @returns {Promise<DemoHome>}
 */
export async function makeDemoHome({ name, fresh = false }) {
  const home = join(cacheDirectory(), name);
  const devices = join(cacheDirectory(), `${name}-devices`);
  if (fresh) rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  mkdirSync(devices, { recursive: true });
  const { prepareDemoHome } = await import('../../demo/home.mjs');
  await prepareDemoHome({ home, workspace: join(projectRoot, 'demo', 'workspace'), devices });
  return { home, devices };
}

/**
 * Plugs virtual widgets in; a process of its own does it, as a hand would.
 * @param {{ devices: string, count: number, onEvent: (event: Record<string, unknown>) => void }} options
 * @returns {() => Promise<void>} pulls them out
 */
export function plugWidgets({ devices, count, onEvent }) {
  const args = [join(projectRoot, 'demo', 'widgets', 'plug.mjs'), '--dir', devices, '--count', String(count)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  createInterface({ input: child.stdout }).on('line', (line) => {
    try {
      onEvent(JSON.parse(line));
    } catch {
      warn(`widgets: ${line}`);
    }
  });
  const ended = new Promise((resolve) => {
    child.once('error', resolve);
    child.once('exit', resolve);
  });
  return async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  };
}
