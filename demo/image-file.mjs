import { createHash } from 'node:crypto';

/** What a virtual widget wants to find at the start of an image that it boots. */
const imageMagic = 'WIDGETOS';
const kibibyte = 1024;

/**
 * An image to flash, made rather than kept: the same size and version always give the same bytes.
 * After a line of text at its head it looks random, as a compressed root file system does, and so
 * holds every byte that a serial line likes to lose.
 *
 * @param {object} [options]
 * @param {number} [options.bytes]
 * @param {string} [options.version]
 * @returns {Buffer}
 */
export function makeWidgetImage({ bytes = 128 * kibibyte, version = '3.2.14' } = {}) {
  const image = Buffer.alloc(bytes);
  for (let at = 0, part = 0; at < bytes; part += 1) {
    const piece = createHash('sha512').update(`widgetOS ${version} part ${part}`).digest();
    at += piece.copy(image, at);
  }
  image.write(`${imageMagic} ${version}\n`.slice(0, bytes), 0, 'latin1');
  return image;
}
