/**
 * The engine's multiplexed output: frames of eight header bytes (source, three zeros, the payload's length in
 * big endian) and a payload. Source: https://docs.docker.com/reference/api/engine/ (attach, "Stream format").
 */
export interface Frame {
  /** `engine`: a message of the engine itself, which ends the stream. */
  source: 'out' | 'err' | 'engine';
  payload: Buffer;
}

const headerLength = 8;
/** The engine cuts output into pieces of 16 KiB; a frame far beyond that means that we have lost our place. */
const longestPayload = 16 * 1024 * 1024;

export class FrameError extends Error {}

/** Puts frames together from a stream that may be split anywhere. */
export interface FrameReader {
  /** @throws FrameError when what comes cannot be frames; the stream is to be given up then. */
  read(chunk: Buffer): void;
}

export function createFrameReader(onFrame: (frame: Frame) => void): FrameReader {
  // Kept in pieces, so that a long frame is not copied again with each of them.
  let pieces: Buffer[] = [];
  let length = 0;
  let header: { source: Frame['source']; length: number } | null = null;

  const take = (count: number): Buffer => {
    const [first] = pieces;
    const all = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
    pieces = all.length > count ? [all.subarray(count)] : [];
    length -= count;
    return all.subarray(0, count);
  };

  return {
    read(chunk) {
      if (chunk.length === 0) return;
      pieces.push(chunk);
      length += chunk.length;
      for (;;) {
        if (header === null) {
          if (length < headerLength) return;
          header = readHeader(take(headerLength));
        }
        if (length < header.length) return;
        const { source, length: payloadLength } = header;
        header = null;
        onFrame({ source, payload: payloadLength === 0 ? Buffer.alloc(0) : take(payloadLength) });
      }
    },
  };
}

function readHeader(bytes: Buffer): { source: Frame['source']; length: number } {
  // 0 is the input's echo, which containers of ours have none of.
  const source = ([undefined, 'out', 'err', 'engine'] as const)[bytes.readUInt8(0)];
  const length = bytes.readUInt32BE(4);
  if (source === undefined || bytes.readUIntBE(1, 3) !== 0 || length > longestPayload) {
    throw new FrameError(`no frame begins with ${bytes.toString('hex')}`);
  }
  return { source, length };
}
