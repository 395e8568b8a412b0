import { findProgram, run } from './run.mjs';

/**
 * The words to put before a command so that root runs it: none when this is root, `sudo -n` when it
 * asks for no password, `sudo` when somebody is there to type one; undefined when there is no way.
 * @returns {Promise<readonly string[] | undefined>}
 */
export async function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  const sudo = findProgram('sudo');
  if (sudo === undefined) return undefined;
  const silent = await run(sudo, ['-n', 'true'], { capture: true });
  if (silent.code === 0) return [sudo, '-n'];
  return process.stdin.isTTY ? [sudo] : undefined;
}
