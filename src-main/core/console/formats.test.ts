import { describe, expect, it } from 'vitest';
import { createHexFormat, createTextFormat, timeOf, withoutQuestions } from './formats.js';
import { createHistory } from './history.js';
import { withLineEnding } from './session.js';

const at = new Date(2026, 0, 2, 9, 5, 7, 42).getTime();
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const plain = (bytes: Uint8Array): string => text(bytes).replaceAll('\x1b[2m', '').replaceAll('\x1b[22m', '');

describe('the text view', () => {
  it('shows what came, as it came', () => {
    const bytes = Buffer.from([0, 255, 13, 10]);
    expect(createTextFormat(false).show(bytes, at)).toEqual(bytes);
  });

  it('begins each line with the time of its first byte, however it is cut into pieces', () => {
    const format = createTextFormat(true);
    expect(plain(format.show(Buffer.from('=> '), at))).toBe('09:05:07.042 => ');
    expect(plain(format.show(Buffer.from('version\r\nU-Boot\r\n'), at + 1000))).toBe(
      'version\r\n09:05:08.042 U-Boot\r\n',
    );
    expect(plain(format.show(Buffer.from('=> '), at + 2000))).toBe('09:05:09.042 => ');
  });

  it('gives the time to the millisecond', () => {
    expect(timeOf(at)).toBe('09:05:07.042');
  });
});

describe('the hex view', () => {
  it('shows offset, bytes and what can be read of them, and draws a line anew while it grows', () => {
    const format = createHexFormat(false);
    expect(text(format.show(Buffer.from('Hi\r\n'), at))).toBe(
      '\r00000000  48 69 0d 0a                                       Hi..',
    );
    expect(text(format.show(Buffer.from('0123456789ABCD'), at))).toBe(
      '\r00000000  48 69 0d 0a 30 31 32 33  34 35 36 37 38 39 41 42  Hi..0123456789AB\r\n' +
        '\r00000010  43 44                                             CD',
    );
  });

  it('shows the time at which a line began', () => {
    const format = createHexFormat(true);
    format.show(Buffer.from('a'), at);
    expect(plain(format.show(Buffer.from('b'), at + 500))).toMatch(/^\r09:05:07\.042 00000000 {2}61 62/);
  });
});

describe('what a changed view shows again', () => {
  it('holds nothing that the terminal would answer', () => {
    expect(withoutQuestions(Buffer.from('a\x1b[6nb\x1b[cc\x1b[>0cd\x1bZe\x05f\x1b[1mg')).toString()).toBe(
      'abcdef\x1b[1mg',
    );
  });

  it('is the last of it, with its times', () => {
    const history = createHistory(10);
    history.add(Buffer.from('01234567'), 1);
    history.add(Buffer.from('89'), 1);
    history.add(Buffer.from('abcdefgh'), 2);
    expect(history.entries().map(({ bytes, at: time }) => [text(bytes), time])).toEqual([
      ['0123456789', 1],
      ['abcdefgh', 2],
    ]);
    history.add(Buffer.from('ijkl'), 3);
    expect(history.entries().map(({ at: time }) => time)).toEqual([2, 3]);
  });
});

describe('the Enter key', () => {
  it.each([
    [[0x0d], 'a\rb'],
    [[0x0a], 'a\nb'],
    [[0x0d, 0x0a], 'a\r\nb'],
  ])('sends %j', (ending, sent) => {
    expect(text(withLineEnding(Buffer.from('a\rb'), ending))).toBe(sent);
  });
});
