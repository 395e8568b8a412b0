import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { saysAbsent } from '../ports/system-error.js';

/** What is left on the file system of a path. */
export interface Space {
  /** For this user, in bytes. */
  freeBytes: number;
  /** Files that can still be made; null on file systems that do not count them (btrfs, FAT). */
  freeFiles: number | null;
  /** 0–100; null as above. */
  freeFilesPercent: number | null;
}

/** Asks the file system that a path is on, or will be on once it is made. */
export async function readSpace(path: string): Promise<Space> {
  try {
    const { bavail, bsize, files, ffree } = await statfs(path);
    const counted = files > 0;
    return {
      freeBytes: bavail * bsize,
      freeFiles: counted ? ffree : null,
      freeFilesPercent: counted ? (ffree / files) * 100 : null,
    };
  } catch (error) {
    const above = dirname(path);
    if (saysAbsent(error) && above !== path) return readSpace(above);
    throw error;
  }
}
