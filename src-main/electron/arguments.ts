import { resolve } from 'node:path';
import { defaultHome } from '../core/home.js';

export interface ShellArguments {
  /** The home folder, absolute. */
  readonly home: string;
  /** One window over the whole screen, without a menu: a station on a line. */
  readonly kiosk: boolean;
}

/**
 * Finds `--home DIR`, `--home=DIR` and `--kiosk` among the words that Electron and Chromium take for
 * themselves; those are theirs to judge.
 */
export function parseArguments(words: readonly string[], environment: NodeJS.ProcessEnv): ShellArguments {
  let home: string | undefined;
  for (const [index, word] of words.entries()) {
    if (word === '--home') home = words[index + 1];
    else if (word.startsWith('--home=')) home = word.slice('--home='.length);
  }
  return {
    home: home === undefined || home === '' ? defaultHome(environment) : resolve(home),
    kiosk: words.includes('--kiosk'),
  };
}
