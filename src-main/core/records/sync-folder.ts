import { closeSync, fsyncSync, openSync } from 'node:fs';

/**
 * Waits until the disk knows which files a folder has: without it a power cut may forget a name that was
 * just given. Windows keeps names in its journal, and opens no folder.
 */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
