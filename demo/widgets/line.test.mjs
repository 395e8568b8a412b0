import { describe, expect, it } from 'vitest';
import { createLine } from './line.mjs';
import { createManualClock } from './manual-clock.mjs';

/** @param {{ baud?: number, late?: number }} [options] */
function openLine({ baud = 115_200 } = {}) {
  const time = createManualClock();
  /** @type {Buffer[]} */
  const arrived = [];
  const line = createLine({ baud, clock: time.clock, deliver: (bytes) => arrived.push(bytes) });
  return { time, line, arrived, bytes: () => Buffer.concat(arrived) };
}

describe('a serial line', () => {
  it('hands over every byte, in order', () => {
    const { time, line, bytes } = openLine();
    const sent = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7) & 0xff));
    line.send(sent.subarray(0, 1200));
    line.send(sent.subarray(1200));
    time.advance(1000);
    expect(bytes().equals(sent)).toBe(true);
    expect(line.pending).toBe(0);
  });

  it('carries 11,520 bytes a second at 115,200 baud, ten bits a byte', () => {
    const { time, line, bytes } = openLine();
    line.send(Buffer.alloc(200_000));
    time.advance(10_000);
    expect(bytes().length).toBeGreaterThan(115_200 * 0.99);
    expect(bytes().length).toBeLessThan(115_200 * 1.01);
  });

  it('keeps its rate when every timer fires four milliseconds late', () => {
    const { time, line, bytes } = openLine();
    line.send(Buffer.alloc(200_000));
    time.advance(10_000, 4);
    expect(bytes().length).toBeGreaterThan(115_200 * 0.99);
    expect(bytes().length).toBeLessThan(115_200 * 1.01);
  });

  it('keeps its rate in a stop-and-wait transfer, where each block waits for an answer', () => {
    const time = createManualClock();
    let blocks = 0;
    const block = Buffer.alloc(1029);
    let missing = 0;
    const there = createLine({
      baud: 115_200,
      clock: time.clock,
      deliver: (bytes) => {
        missing -= bytes.length;
        if (missing === 0) back.send(Buffer.from([6]));
      },
    });
    const sendBlock = () => {
      missing = block.length;
      there.send(block);
    };
    const back = createLine({
      baud: 115_200,
      clock: time.clock,
      deliver: () => {
        blocks += 1;
        // The sender is a program too: it takes a moment to answer.
        time.clock.after(sendBlock, 1);
      },
    });
    sendBlock();
    time.advance(20_000, 2);
    const expected = 20_000 / ((1029 * 10_000) / 115_200);
    expect(blocks).toBeGreaterThan(expected * 0.97);
    expect(blocks).toBeLessThan(expected * 1.01);
  });

  it('wakes up rarely while a long transfer runs', () => {
    const { time, line, arrived } = openLine();
    line.send(Buffer.alloc(11_520));
    time.advance(1000);
    expect(arrived.length).toBeLessThan(40);
  });

  it('delivers nothing and keeps no timer once it is closed', () => {
    const { time, line, arrived } = openLine();
    line.send(Buffer.alloc(5000));
    const before = arrived.length;
    line.close();
    line.send(Buffer.from('late'));
    time.advance(5000);
    expect(arrived.length).toBe(before);
    expect(time.timers).toBe(0);
  });
});
