import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { ReadStream } from 'node:tty';
import * as nodePty from '@lydell/node-pty';

/** The part of node-pty that its type declarations leave out. */
interface BarePtys {
  open: (options: { encoding: null }) => { ptsName: string; master: ReadStream; slave: ReadStream };
}

/** A real pseudo-terminal of this process. Its number is not free for others before the process ends. */
export function openTerminal(): { path: string; hangUp: () => void } {
  const { open } = ('open' in nodePty ? nodePty : nodePty['default' as never]) as unknown as BarePtys;
  const { ptsName, master, slave } = open({ encoding: null });
  for (const end of [master, slave]) end.on('error', () => end.destroy());
  slave.destroy();
  return { path: ptsName, hangUp: () => void master.destroy() };
}

/** A real pseudo-terminal of a process of its own: once that has ended, the number is free again. */
export async function openTerminalElsewhere(): Promise<{ path: string; hangUp: () => Promise<void> }> {
  const library = createRequire(import.meta.url).resolve('@lydell/node-pty');
  const program = `
    const { ptsName } = require(${JSON.stringify(library)}).open({ encoding: null });
    process.stdout.write(ptsName);
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [path] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    path: path.toString(),
    async hangUp() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
