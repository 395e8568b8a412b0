import { describe, expect, it } from 'vitest';
import type { Frame } from './log-frames.js';
import { createLineReader, longestLine, splitLines, toSince } from './log-lines.js';

function stamp(nanoseconds: number): string {
  const seconds = new Date(Date.UTC(2026, 0, 1) + Math.floor(nanoseconds / 1e9) * 1000);
  return `${seconds.toISOString().slice(0, 19)}.${String(nanoseconds % 1e9).padStart(9, '0')}Z`;
}

function frame(nanoseconds: number, text: string | Buffer, source: Frame['source'] = 'out'): Frame {
  return { source, payload: Buffer.concat([Buffer.from(`${stamp(nanoseconds)} `), Buffer.from(text)]) };
}

function collect(since?: string): { texts: string[]; reader: ReturnType<typeof createLineReader> } {
  const texts: string[] = [];
  return { texts, reader: createLineReader(since, ({ text }) => texts.push(text)) };
}

describe('the lines of a container', () => {
  it('carry their source and the engine’s own time stamp', () => {
    const lines: unknown[] = [];
    const reader = createLineReader(undefined, (line) => lines.push(line));
    reader.read(frame(1, 'flashing\n'));
    reader.read(frame(2, 'careful\n', 'err'));
    expect(lines).toEqual([
      { source: 'out', at: '2026-01-01T00:00:00.000000001Z', text: 'flashing' },
      { source: 'err', at: '2026-01-01T00:00:00.000000002Z', text: 'careful' },
    ]);
  });

  it.each<[string, string[]]>([
    ['one\n', ['one']],
    ['one\r\n', ['one']],
    ['\n', ['']],
    ['10 %\r20 %\r30 %\n', ['10 %', '20 %', '30 %']],
    ['\r10 %\r\r\n', ['10 %']],
    ['a\n\nb\n', ['a', '', 'b']],
  ])('are split at line feeds and carriage returns: %j', (text, lines) => {
    expect(splitLines(text, true)).toEqual(lines);
  });

  it('put a character together that the engine’s pieces of a long line cut in two', () => {
    const { texts, reader } = collect();
    const bytes = Buffer.from('ñandú\n');
    reader.read(frame(1, bytes.subarray(0, 1)));
    reader.read(frame(1, bytes.subarray(1, 6)));
    reader.read(frame(1, bytes.subarray(6)));
    expect(texts.join('')).toBe('ñandú');
  });

  it('of a progress bar are whole where the engine cuts it: no half of one is taken for a sign', () => {
    const { texts, reader } = collect();
    reader.read(frame(1, 'block 1 OK\rblock 2 '));
    reader.read(frame(1, 'careful', 'err'));
    reader.read(frame(1, 'OK\rblock 3 not OK\n'));
    expect(texts).toEqual(['block 1 OK', 'careful', 'block 2 OK', 'block 3 not OK']);
  });

  it('that nothing ends are told when the container has ended', () => {
    const { texts, reader } = collect();
    reader.read(frame(1, '10 %\rDONE'));
    expect(texts).toEqual(['10 %']);
    reader.end();
    reader.end();
    expect(texts).toEqual(['10 %', 'DONE']);
  });

  it('come in pieces when they are very long', () => {
    const pieces = splitLines(`${'x'.repeat(longestLine - 1)}😀${'y'.repeat(longestLine)}\n`, true);
    expect(pieces.every((piece) => piece.length <= longestLine)).toBe(true);
    expect(pieces.join('')).toBe(`${'x'.repeat(longestLine - 1)}😀${'y'.repeat(longestLine)}`);
    expect(pieces[1]?.startsWith('😀')).toBe(true);
  });

  it('at or before a time stamp are not delivered again', () => {
    const { texts, reader } = collect(stamp(2));
    for (const at of [1, 2, 3]) reader.read(frame(at, `${at}\n`));
    expect(texts).toEqual(['3']);
    expect(reader.since).toBe(toSince(stamp(2)));
  });

  it('are neither lost nor doubled when a stream breaks anywhere and is resumed', () => {
    // Two sources, some with the same stamp, some out of order, pieces of one long line with one stamp.
    const frames = [
      frame(1e9, 'a\n'),
      frame(1e9, 'b\n', 'err'),
      frame(1.2e9, 'piece one'),
      frame(1.2e9, ' piece two\n'),
      frame(1.5e9, 'younger\n', 'err'),
      frame(1.4e9, 'older\n'),
      frame(1.4e9, 'same stamp\n'),
      frame(2.9e9, 'late\n'),
      frame(9e9, 'end\n'),
    ];
    const { texts: whole, reader } = collect();
    for (const each of frames) reader.read(each);
    for (let cut = 0; cut <= frames.length; cut += 1) {
      const { texts, reader: resumed } = collect();
      for (const each of frames.slice(0, cut)) resumed.read(each);
      const since = resumed.since;
      resumed.begin();
      const base = Date.UTC(2026, 0, 1) / 1000;
      for (const each of frames) {
        // As the engine: nothing before `since`.
        const at = each.payload.toString('latin1', 0, 30);
        if (since === undefined || Number(toSince(at)) - base >= Number(since) - base) resumed.read(each);
      }
      expect(texts, `cut after ${cut}`).toEqual(whole);
    }
  });

  it('forget what is long past, and still know the last second', () => {
    const { texts, reader } = collect();
    for (let at = 0; at < 100; at += 1) reader.read(frame(at * 1e8, `${at}\n`));
    reader.begin();
    for (let at = 89; at < 101; at += 1) reader.read(frame(at * 1e8, `${at}\n`));
    expect(texts).toEqual(Array.from({ length: 101 }, (_, at) => String(at)));
  });

  it('are asked for by seconds with nanoseconds', () => {
    expect(toSince('2026-01-01T00:00:01.000000001Z')).toBe(`${Date.UTC(2026, 0, 1) / 1000 + 1}.000000001`);
    expect(toSince('2026-01-01T00:00:01.500000000Z', 1000)).toBe(`${Date.UTC(2026, 0, 1) / 1000}.500000000`);
  });
});
