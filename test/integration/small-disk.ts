import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real disk of its own, to be filled. Mounting one asks for root. */
export interface SmallDisk {
  readonly path: string;
  dispose(): void;
}

/** @param kilobytes how much there is room for */
export function makeSmallDisk(kilobytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'slipway-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'slipway-test', path]);
  return {
    path,
    dispose() {
      execFileSync('umount', [path]);
      rmSync(path, { recursive: true });
    },
  };
}
