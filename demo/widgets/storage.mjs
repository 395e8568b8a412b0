import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export const blockBytes = 512;

/**
 * A widget's storage: a file of whole blocks, made (sparse) if it is not there.
 *
 * @param {string} file
 * @param {number} sizeBytes
 */
export function openStorage(file, sizeBytes) {
  mkdirSync(dirname(file), { recursive: true });
  const descriptor = openSync(file, 'a+');
  const present = fstatSync(descriptor).size;
  closeSync(descriptor);
  const handle = openSync(file, 'r+');
  if (present < sizeBytes) ftruncateSync(handle, sizeBytes);
  const size = Math.max(present, sizeBytes);

  return {
    /** @param {number} block @param {number} count @returns {Buffer | null} null where it ends */
    read(block, count) {
      if ((block + count) * blockBytes > size) return null;
      const bytes = Buffer.alloc(count * blockBytes);
      readSync(handle, bytes, 0, bytes.length, block * blockBytes);
      return bytes;
    },
    /** @param {number} block @param {Buffer} bytes @returns {boolean} false where it does not fit */
    write(block, bytes) {
      if (block * blockBytes + bytes.length > size) return false;
      writeSync(handle, bytes, 0, bytes.length, block * blockBytes);
      fsyncSync(handle);
      return true;
    },
    close() {
      closeSync(handle);
    },
  };
}

/** @typedef {ReturnType<typeof openStorage>} Storage */
