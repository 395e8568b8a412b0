import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { openRawPty } from '../demo/widgets/pty.mjs';

/** Serial ports that nobody answers at, for what is measured without a flash. */
export interface Terminals {
  plug(index: number): void;
  unplug(index: number): void;
  dispose(): void;
}

/** Makes them beforehand, unplugged: making one takes longer than a station takes to see it. */
export function createTerminals(devices: string, count: number, prefix = 'ttyWIDGET'): Terminals {
  const terminals = Array.from({ length: count }, () => openRawPty({ onData: () => undefined }));
  const link = (index: number): string => join(devices, `${prefix}${index}`);
  return {
    plug(index) {
      const making = join(devices, '.making');
      symlinkSync(terminals[index]?.path ?? '', making);
      // There in one step, as the kernel makes nodes.
      renameSync(making, link(index));
    },
    unplug: (index) => rmSync(link(index)),
    dispose() {
      for (const terminal of terminals) terminal.hangUp();
    },
  };
}
