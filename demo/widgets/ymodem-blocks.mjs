import { crc16 } from './ymodem.mjs';

/**
 * A Y-modem block as a sender makes it, for tests: 128 bytes for a header, 1024 for data.
 * @param {number} number
 * @param {Buffer} payload
 * @param {number} [size]
 */
export function makeBlock(number, payload, size = payload.length <= 128 ? 128 : 1024) {
  const block = Buffer.alloc(size + 5, number === 0 ? 0 : 0x1a);
  block[0] = size === 128 ? 0x01 : 0x02;
  block[1] = number & 0xff;
  block[2] = 0xff - (number & 0xff);
  payload.copy(block, 3);
  block.writeUInt16BE(crc16(block.subarray(3, 3 + size)), 3 + size);
  return block;
}

/** The first block: the file's name and length. @param {string} name @param {number} length */
export const makeHeader = (name, length) => makeBlock(0, Buffer.from(`${name}\0${length} 0 100644`));

/** The last block: no more files. */
export const makeEnd = () => makeBlock(0, Buffer.alloc(0));

/** A file's data blocks. @param {Buffer} data @param {number} [size] */
export function makeDataBlocks(data, size = 1024) {
  const count = Math.ceil(data.length / size);
  return Array.from({ length: count }, (_, index) =>
    makeBlock(index + 1, data.subarray(index * size, (index + 1) * size), size),
  );
}
