/** The last bytes of a terminal's output, at most `limit` of them: what a window that comes back is shown. */
export interface OutputRing {
  /** All bytes so far, also those that are gone. */
  readonly position: number;
  /** Of how many bytes the ring is made now. */
  readonly size: number;
  append(bytes: Uint8Array): void;
  /** A copy of what is kept. It begins with a whole character, and with a whole line where something is gone and there is one. */
  content(): Uint8Array<ArrayBuffer>;
}

const lineFeed = 0x0a;
/** How far the beginning is looked through for the end of a line, in bytes. */
const longestLine = 4096;

export function createOutputRing(limit: number): OutputRing {
  let chunks: Uint8Array[] = [];
  let size = 0;
  let position = 0;
  return {
    get position() {
      return position;
    },
    get size() {
      return size;
    },
    append(bytes) {
      position += bytes.length;
      // A copy: a piece of a pool, or of a larger buffer, would keep all of that.
      chunks.push(new Uint8Array(bytes.subarray(Math.max(0, bytes.length - limit))));
      size += Math.min(bytes.length, limit);
      let first = chunks[0];
      while (first !== undefined && size - first.length >= limit) {
        chunks.shift();
        size -= first.length;
        first = chunks[0];
      }
      if (first !== undefined && size > limit) {
        chunks[0] = first.slice(size - limit);
        size = limit;
      }
      // Many small pieces would cost more than what is in them.
      if (chunks.length > 1024) chunks = [joined(chunks)];
    },
    content() {
      const all = joined(chunks);
      return position > size ? all.subarray(beginning(all)) : all;
    },
  };
}

/** One piece made of several, with memory of its own. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Where a new line begins, else where a new character does. */
function beginning(bytes: Uint8Array): number {
  const end = bytes.subarray(0, longestLine).indexOf(lineFeed);
  if (end >= 0) return end + 1;
  const character = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
  return Math.max(0, character);
}
