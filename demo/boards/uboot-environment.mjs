import { crc32 } from 'node:zlib';

/** CONFIG_ENV_SIZE of U-Boot's qemu_arm64 board. */
export const environmentBytes = 0x40000;

/**
 * A U-Boot environment as it lies in flash: a CRC-32 over the rest, then `name=value` strings, each
 * ended by a zero byte, one more at the end. Source: U-Boot's include/env_internal.h.
 *
 * @param {Record<string, string>} variables
 * @returns {Buffer}
 */
export function makeEnvironment(variables) {
  const text = Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\0`)
    .join('');
  const bytes = Buffer.alloc(environmentBytes);
  if (bytes.write(`${text}\0`, 4, 'latin1') < text.length + 1)
    throw new Error('the environment is too large');
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
}
