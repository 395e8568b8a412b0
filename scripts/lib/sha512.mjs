import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/**
 * A file's SHA-512 in the form that package managers call integrity: `sha512-<base64>`.
 * @param {string} file
 * @returns {Promise<string>}
 */
export async function integrityOfFile(file) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  return `sha512-${hash.digest('base64')}`;
}
