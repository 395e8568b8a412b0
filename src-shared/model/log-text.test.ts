import { describe, expect, it } from 'vitest';
import { dateAndTime, logLineText, parseLogTime, sinceStart, timeOfDay } from './log-text.js';

const startedAt = new Date(2026, 4, 12, 14, 3, 7, 120).getTime();
const line = { seq: 3, at: startedAt + 67_004, source: 'out' as const, text: 'block 12 ok' };

describe('the time of a line', () => {
  it('is the time of day, the time since the start, or nothing', () => {
    expect(timeOfDay(startedAt)).toBe('14:03:07.120');
    expect(dateAndTime(startedAt)).toBe('2026-05-12 14:03:07.120');
    expect(sinceStart(67_004)).toBe('+1:07.004');
    expect(sinceStart(3_753_000)).toBe('+1:02:33.000');
    expect(sinceStart(-120)).toBe('−0:00.120');
    expect(logLineText(line, { times: 'clock', startedAt })).toBe('14:04:14.124 out     block 12 ok');
    expect(logLineText(line, { times: 'start', startedAt })).toBe('+1:07.004 out     block 12 ok');
    expect(logLineText(line, { times: 'off', startedAt })).toBe('out     block 12 ok');
    expect(logLineText(line, { times: 'clock', startedAt, withDate: true })).toMatch(/^2026-05-12 14:/);
  });
});

describe('a time that somebody wants to see', () => {
  const log = { startedAt, firstAt: startedAt, lastAt: startedAt + 600_000, bare: 'clock' } as const;

  it('is a time of day or one since the start', () => {
    expect(parseLogTime('14:04:07.12', log)).toBe(startedAt + 60_000);
    expect(parseLogTime('14:04', log)).toBe(new Date(2026, 4, 12, 14, 4).getTime());
    expect(parseLogTime('+1:30', log)).toBe(startedAt + 90_000);
    expect(parseLogTime(' +90,5 ', log)).toBe(startedAt + 90_500);
    expect(parseLogTime('1:30', { ...log, bare: 'start' })).toBe(startedAt + 90_000);
  });

  it('is on the next day where the log goes past midnight', () => {
    const firstAt = new Date(2026, 4, 12, 23, 50).getTime();
    const night = { startedAt: firstAt, firstAt, lastAt: firstAt + 3_600_000, bare: 'clock' } as const;
    expect(parseLogTime('00:10', night)).toBe(new Date(2026, 4, 13, 0, 10).getTime());
    expect(parseLogTime('23:55', night)).toBe(new Date(2026, 4, 12, 23, 55).getTime());
  });

  it('is nothing when it is no time', () => {
    for (const wrong of ['', 'soon', '25:00', '14:61', '90', '14:03:60', '1:2:3:4']) {
      expect(parseLogTime(wrong, log)).toBeNull();
    }
  });
});
