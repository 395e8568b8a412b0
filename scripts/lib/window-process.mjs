import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { sandboxArguments } from '../electron-runtime.mjs';
import { projectRoot } from './main.mjs';
import { say, warn } from './say.mjs';

/** What Chromium complains of on machines without a desktop, and what helps nobody. */
const noise =
  /^\[\d+:\d+\/[\d.]+:(ERROR|WARNING):(bus|object_proxy|viz_main_impl|gpu|gl_|sandbox_linux|.*dbus)/;

/**
 * @typedef {object} WindowProcess
 * @property {Promise<number>} ended the exit code, once it has gone
 * @property {(graceMs?: number) => Promise<void>} stop asks it to quit, and ends it when it does not
 */

/**
 * Starts the station's window from the checkout.
 * @param {{ executable: string, env: NodeJS.ProcessEnv, args?: readonly string[] }} options
 * @returns {WindowProcess}
 */
export function startWindow({ executable, env, args = [] }) {
  const child = spawn(executable, [...sandboxArguments(), projectRoot, ...args], {
    cwd: projectRoot,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Of its own group: Ctrl-C reaches this process, which then lets the window end in good order.
    detached: process.platform !== 'win32',
  });
  createInterface({ input: child.stdout }).on('line', say);
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.trim() !== '' && !noise.test(line)) warn(line);
  });
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => {
    child.once('error', (error) => {
      warn(`Electron did not start: ${error.message}`);
      resolve(127);
    });
    child.once('exit', (code) => resolve(code ?? 128));
  });
  return {
    ended,
    stop: async (graceMs = 20_000) => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
