import { describe, expect, it } from 'vitest';
import { createFrameReader, FrameError } from './log-frames.js';
import fc from 'fast-check';

function frame(source: number, payload: string | Buffer): Buffer {
  const bytes = Buffer.from(payload);
  const header = Buffer.alloc(8);
  header.writeUInt8(source, 0);
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

function readAll(chunks: Buffer[]): string[] {
  const frames: string[] = [];
  const reader = createFrameReader(({ source, payload }) => frames.push(`${source} ${payload.toString()}`));
  for (const chunk of chunks) reader.read(chunk);
  return frames;
}

describe('the frames of the engine’s output', () => {
  it('are told apart by where they come from', () => {
    const bytes = Buffer.concat([frame(1, 'a'), frame(2, 'b'), frame(3, 'c'), frame(1, '')]);
    expect(readAll([bytes])).toEqual(['out a', 'err b', 'engine c', 'out ']);
  });

  it('are the same however the stream is split', () => {
    const payloads = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.string({ maxLength: 40 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(payloads, fc.array(fc.nat(60)), (frames, cuts) => {
        let bytes: Buffer = Buffer.concat(frames.map(([source, text]) => frame(source, text)));
        const chunks: Buffer[] = [];
        for (const cut of cuts) {
          chunks.push(bytes.subarray(0, cut));
          bytes = bytes.subarray(cut);
        }
        const expected = frames.map(([source, text]) => `${source === 1 ? 'out' : 'err'} ${text}`);
        expect(readAll([...chunks, bytes])).toEqual(expected);
      }),
    );
  });

  it('are not seen where there are none', () => {
    expect(() => readAll([Buffer.from('plain text without frames')])).toThrow(FrameError);
    expect(() => readAll([Buffer.from([1, 0, 0, 0, 255, 255, 255, 255])])).toThrow(FrameError);
  });
});
