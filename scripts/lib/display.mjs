import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findProgram } from './run.mjs';
import { say, Trouble } from './say.mjs';

/**
 * @typedef {object} Display
 * @property {string} name for DISPLAY; empty where windows need none
 * @property {boolean} virtual whether nobody can see it
 * @property {() => Promise<void>} close
 */

/**
 * The display to open windows on: the person's own, else a virtual one that is started for the
 * purpose and takes a free number by itself, so that two runs never meet.
 * @param {{ log?: (line: string) => void, size?: string, ownToo?: boolean }} [options] `ownToo`: a
 *   virtual one even where there is a display
 * @returns {Promise<Display>}
 */
export async function openDisplay({ log = say, size = '1600x1000x24', ownToo = false } = {}) {
  const present = process.env['DISPLAY'];
  const needed = process.platform === 'linux';
  if (!needed || (present && !ownToo)) {
    return { name: present ?? '', virtual: false, close: () => Promise.resolve() };
  }
  const xvfb = findProgram('Xvfb');
  if (xvfb === undefined) {
    throw new Trouble('There is no display and no Xvfb: node scripts/debian-packages.mjs window');
  }
  const server = spawn(xvfb, ['-displayfd', '3', '-screen', '0', size, '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    // Of its own group: Ctrl-C must not take it away before the windows on it have closed.
    detached: true,
  });
  let errors = '';
  server.stderr?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    errors = (errors + text).slice(-2000);
  });
  const number = await new Promise((resolve, reject) => {
    let text = '';
    server.stdio[3]?.on('data', (/** @type {Buffer} */ data) => {
      text += data.toString();
      if (text.includes('\n')) resolve(text.trim());
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Trouble(`Xvfb did not start: ${errors.trim()}`)));
  });
  log(`display: nobody's screen, a virtual one instead (:${number})`);
  const gone = once(server, 'exit');
  return {
    name: `:${number}`,
    virtual: true,
    close: async () => {
      server.kill('SIGTERM');
      await gone;
    },
  };
}
