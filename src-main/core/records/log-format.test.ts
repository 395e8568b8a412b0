import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLine, parseLine } from './log-format.js';

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

describe('a line of a log file', () => {
  it('is one that a person can read', () => {
    expect(
      formatLine({ seq: 12, at, source: 'out', engineAt: '2026-01-02T03:04:05.000000001Z', text: 'a\tb' }),
    ).toBe('12\t2026-01-02T03:04:05.006Z\tout\t2026-01-02T03:04:05.000000001Z\ta\tb\n');
    expect(formatLine({ seq: 0, at, source: 'station', text: '' })).toBe(
      '0\t2026-01-02T03:04:05.006Z\tstation\t-\t\n',
    );
  });

  it('cannot be broken, nor the terminal that shows it', () => {
    expect(formatLine({ seq: 0, at, source: 'err', text: 'one\r\ntwo\\n \u001b[2J \u0085 \ud800' })).toBe(
      '0\t2026-01-02T03:04:05.006Z\terr\t-\tone\\r\\ntwo\\\\n \\x1b[2J \\x85 \\u{d800}\n',
    );
  });

  it('comes back as it was, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({
          unit: fc.constantFrom('\\', 'n', 'x', '1', 'b', 'u', '{', '}', '\n', '\t', '\ud800', '🔧'),
        }),
        (engineAt, text) => {
          const stamp = engineAt.replaceAll('\t', '');
          fc.pre(stamp !== '-');
          const line = { seq: 7, at, source: 'out', engineAt: stamp, text } as const;
          const written = Buffer.from(formatLine(line)).toString();
          expect(written.indexOf('\n')).toBe(written.length - 1);
          expect(parseLine(written.slice(0, -1), 7)).toEqual(line);
        },
      ),
    );
  });

  it.each([
    '',
    'no tabs',
    '1\t2026-01-02T03:04:05.006Z\tnowhere\t-\ttext',
    'x\ty\tout\t-\ttext',
    '1\tnever\tout\t-\ttext',
  ])('that was damaged is shown as it is: %j', (damaged) => {
    expect(parseLine(damaged, 3)).toEqual({ seq: 3, at: 0, source: 'station', text: damaged });
  });
});
