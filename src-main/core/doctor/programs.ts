import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { whyNot } from './why-not.js';

export interface ProgramAnswer {
  /** Null when it was killed, for taking too long or because the doctor was stopped. */
  exitCode: number | null;
  output: string;
}

/** Programs of the system that are asked, never told. */
export interface Programs {
  /** The full path of a program; null when it is not installed. */
  find(name: string): Promise<string | null>;
  /** Runs a program to its end; null when it is not installed. */
  ask(name: string, args: readonly string[], signal: AbortSignal): Promise<ProgramAnswer | null>;
}

/** Where programs of the administrator are; many a user's PATH leaves them out. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
/** How long a program may take, in ms. */
const timeLimit = 3000;
const outputLimit = 64 * 1024;

export function createPrograms(environment: NodeJS.ProcessEnv): Programs {
  const folders = [...(environment['PATH'] ?? '').split(delimiter), ...systemFolders].filter(
    (folder) => folder !== '',
  );

  async function find(name: string): Promise<string | null> {
    for (const folder of folders) {
      const path = join(folder, name);
      if ((await whyNot(path, constants.X_OK)) === null) return path;
    }
    return null;
  }

  return {
    find,
    async ask(name, args, signal) {
      const path = await find(name);
      return path === null ? null : run(path, args, environment, signal);
    },
  };
}

function run(
  path: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<ProgramAnswer> {
  return new Promise((resolve) => {
    const options = {
      // In English: what they say is compared.
      env: { ...environment, LC_ALL: 'C' },
      timeout: timeLimit,
      killSignal: 'SIGKILL' as const,
      maxBuffer: outputLimit,
      signal,
    };
    execFile(path, args, options, (error, output) => {
      const code = error === null ? 0 : error.code;
      resolve({ exitCode: typeof code === 'number' ? code : null, output });
    });
  });
}
