import { Readable } from 'node:stream';

/** The library calls its streams by a type that cannot be destroyed; what it hands out is an HTTP response. */
export function toReadable(stream: NodeJS.ReadableStream): Readable {
  if (!(stream instanceof Readable)) throw new TypeError("the engine's stream is not a Readable");
  return stream;
}
