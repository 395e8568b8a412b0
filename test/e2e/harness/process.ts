import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { sandboxArguments } from '../../../scripts/electron-runtime.mjs';
import { electron, inheritedEnvironment, type WindowOptions } from './window.js';

/** Starts the application without Playwright's hold on it and waits for its end: for what is to end by itself. */
export async function runToEnd(options: WindowOptions): Promise<{ code: number | null; errors: string }> {
  const { entry, home, environment = {}, words = [] } = options;
  const child = spawn(electron(), [...sandboxArguments(), entry, '--home', home, ...words], {
    env: { ...inheritedEnvironment(), SLIPWAY_UNATTENDED: '1', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(limit);
  return { code, errors };
}
