import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The home folder when nobody names one: what `SLIPWAY_HOME` says, else `~/.slipway`. The same for the
 * window and the command line, so that both find the same station. An absolute path; nothing is created.
 */
export function defaultHome(environment: NodeJS.ProcessEnv): string {
  const named = environment['SLIPWAY_HOME'];
  return named === undefined || named === '' ? join(homedir(), '.slipway') : resolve(named);
}
