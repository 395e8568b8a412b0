import { describe, expect, it } from 'vitest';
import { createManualClock } from './manual-clock.mjs';
import { makeDataBlocks, makeEnd, makeHeader } from './ymodem-blocks.mjs';
import { crc16, createYmodemReceiver } from './ymodem.mjs';

const ACK = 0x06;
const NAK = 0x15;
const CAN = 0x18;
const EOT = Buffer.from([0x04]);
const C = 0x43;

function receive() {
  const time = createManualClock();
  /** @type {number[]} */
  let answers = [];
  /** @type {import('./ymodem.mjs').Received[]} */
  const results = [];
  /** @type {number[]} */
  const progress = [];
  const receiver = createYmodemReceiver({
    clock: time.clock,
    send: (bytes) => answers.push(...bytes),
    done: (result) => results.push(result),
    progress: (received) => progress.push(received),
  });
  return {
    time,
    results,
    progress,
    receiver,
    /** What it answered since the last time. */
    answers() {
      const taken = answers;
      answers = [];
      return taken;
    },
  };
}

const file = Buffer.from(Array.from({ length: 2500 }, (_, index) => (index * 13 + (index >> 8)) & 0xff));

describe('the Y-modem receiver', () => {
  it('computes the sum that the protocol names', () => {
    expect(crc16(Buffer.from('123456789'))).toBe(0x31c3);
  });

  it('receives a file block by block and cuts it to its length', () => {
    const { receiver, results, progress, answers } = receive();
    expect(answers()).toEqual([C]);
    receiver.push(makeHeader('widgetos.img', file.length));
    expect(answers()).toEqual([ACK, C]);
    for (const block of makeDataBlocks(file)) {
      receiver.push(block);
      expect(answers()).toEqual([ACK]);
    }
    receiver.push(EOT);
    expect(answers()).toEqual([ACK, C]);
    receiver.push(makeEnd());
    expect(answers()).toEqual([ACK]);
    expect(results).toEqual([{ ok: true, name: 'widgetos.img', data: file }]);
    expect(progress).toEqual([1024, 2048, 2500]);
  });

  it('takes blocks of 128 bytes, and blocks that arrive one byte at a time', () => {
    const { receiver, results } = receive();
    const stream = Buffer.concat([
      makeHeader('a', file.length),
      ...makeDataBlocks(file, 128),
      EOT,
      makeEnd(),
    ]);
    for (const byte of stream) receiver.push(Buffer.from([byte]));
    expect(results).toEqual([{ ok: true, name: 'a', data: file }]);
  });

  it('asks again for a block whose sum is wrong', () => {
    const { receiver, results, answers } = receive();
    receiver.push(makeHeader('a', file.length));
    const [first = Buffer.alloc(0), ...rest] = makeDataBlocks(file);
    const spoilt = Buffer.from(first);
    spoilt[500] = (spoilt[500] ?? 0) ^ 1;
    answers();
    receiver.push(spoilt);
    expect(answers()).toEqual([NAK]);
    for (const block of [first, ...rest, EOT, makeEnd()]) receiver.push(block);
    expect(results).toEqual([{ ok: true, name: 'a', data: file }]);
  });

  it('keeps one copy of a block that is sent twice', () => {
    const { receiver, results } = receive();
    const blocks = makeDataBlocks(file).flatMap((block) => [block, block]);
    for (const part of [makeHeader('a', file.length), ...blocks, EOT, makeEnd()]) receiver.push(part);
    expect(results).toEqual([{ ok: true, name: 'a', data: file }]);
  });

  it('gives up on a block out of turn', () => {
    const { receiver, results, answers } = receive();
    receiver.push(makeHeader('a', file.length));
    answers();
    receiver.push(makeDataBlocks(file)[2] ?? Buffer.alloc(0));
    expect(answers()).toEqual([CAN, CAN, CAN]);
    expect(results).toEqual([{ ok: false, reason: 'protocol' }]);
  });

  it('counts blocks past 255', () => {
    const { receiver, results } = receive();
    const long = Buffer.alloc(300 * 1024, 0x5a);
    for (const part of [makeHeader('a', long.length), ...makeDataBlocks(long), EOT, makeEnd()])
      receiver.push(part);
    const [result] = results;
    // Compared as a whole: byte by byte takes seconds.
    expect(result?.ok && result.data.equals(long)).toBe(true);
  });

  it('invites the sender every second, and gives up after twenty times', () => {
    const { time, results, answers } = receive();
    answers();
    time.advance(3000);
    expect(answers()).toEqual([C, C, C]);
    time.advance(20_000);
    expect(results).toEqual([{ ok: false, reason: 'timeout' }]);
    expect(time.timers).toBe(0);
  });

  it('asks for the rest when a block stops half-way', () => {
    const { time, receiver, results, answers } = receive();
    receiver.push(makeHeader('a', file.length));
    const [first = Buffer.alloc(0), ...rest] = makeDataBlocks(file);
    receiver.push(first.subarray(0, 300));
    answers();
    time.advance(1500);
    expect(answers()).toEqual([NAK]);
    for (const part of [first, ...rest, EOT, makeEnd()]) receiver.push(part);
    expect(results).toEqual([{ ok: true, name: 'a', data: file }]);
  });

  it('stops when the sender cancels, in mid-transfer or, with Ctrl-C, before it', () => {
    const inside = receive();
    inside.receiver.push(makeHeader('a', file.length));
    inside.receiver.push(Buffer.from([CAN, CAN]));
    expect(inside.results).toEqual([{ ok: false, reason: 'cancelled' }]);
    const before = receive();
    before.receiver.push(Buffer.from([3]));
    expect(before.results).toEqual([{ ok: false, reason: 'cancelled' }]);
  });

  it('leaves no timer behind when the power goes', () => {
    const { time, receiver, results } = receive();
    receiver.push(makeHeader('a', file.length));
    receiver.dispose();
    time.advance(60_000);
    expect(results).toEqual([]);
    expect(time.timers).toBe(0);
  });
});
