import type { LogLine } from './run.js';

/** How the time of a line is written: time of day, time since the run began, or not at all. */
export const logTimes = ['clock', 'start', 'off'] as const;
export type LogTimes = (typeof logTimes)[number];

const two = (part: number): string => String(part).padStart(2, '0');
const three = (part: number): string => String(part).padStart(3, '0');

/** Local time of day to the millisecond: `06:02:07.120`. */
export function timeOfDay(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${three(date.getMilliseconds())}`;
}

/** Local date and time, for what is read on another day: `2026-05-12 06:02:07.120`. */
export function dateAndTime(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${timeOfDay(at)}`;
}

/** Time since the run began, in ms: `+0:07.120`, `+1:02:33.004`; with `−` for what was before. */
export function sinceStart(ms: number): string {
  const all = Math.abs(Math.round(ms));
  const hours = Math.floor(all / 3_600_000);
  const minutes = Math.floor(all / 60_000) % 60;
  const rest = `${two(Math.floor(all / 1000) % 60)}.${three(all % 1000)}`;
  return `${ms < 0 ? '−' : '+'}${hours > 0 ? `${hours}:${two(minutes)}` : String(minutes)}:${rest}`;
}

/** A line as it is copied and saved: its time, where it came from, its text. */
export function logLineText(
  line: LogLine,
  options: { times: LogTimes; startedAt: number; withDate?: boolean },
): string {
  const { times, startedAt, withDate = false } = options;
  const clock = withDate ? dateAndTime(line.at) : timeOfDay(line.at);
  const stamp = { clock: `${clock} `, start: `${sinceStart(line.at - startedAt)} `, off: '' }[times];
  return `${stamp}${line.source.padEnd(7)} ${line.text}`;
}

/**
 * The moment that somebody means by `14:03`, `14:03:07.5` (time of day, on the day of the log or the next one) or
 * `+1:30`, `+90` (since the start). Without a sign `bare` says which of the two is meant. Null for what is neither.
 */
export function parseLogTime(
  text: string,
  log: { startedAt: number; firstAt: number; lastAt: number; bare: 'clock' | 'start' },
): number | null {
  const match = /^\s*(\+)?((?:\d+:){0,2}\d+(?:[.,]\d{1,3})?)\s*$/.exec(text);
  if (match === null) return null;
  const [, sign, digits = ''] = match;
  const parts = digits.replace(',', '.').split(':').map(Number);
  if (sign === '+' || log.bare === 'start') {
    const seconds = parts.reduce((sum, part) => sum * 60 + part, 0);
    return log.startedAt + Math.round(seconds * 1000);
  }
  const [hours = 0, minutes = 0, seconds = 0] = parts;
  if (parts.length < 2 || hours > 23 || minutes > 59 || seconds >= 60) return null;
  const date = new Date(log.firstAt);
  date.setHours(hours, minutes, Math.floor(seconds), Math.round((seconds % 1) * 1000));
  const at = date.getTime();
  // Before its beginning: the next day, if the log goes on until then.
  if (at >= log.firstAt - 60_000) return at;
  date.setDate(date.getDate() + 1);
  return date.getTime() <= log.lastAt + 60_000 ? date.getTime() : at;
}
