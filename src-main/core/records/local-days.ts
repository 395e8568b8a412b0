/** Days, weeks and months of the station's own time zone, as the tallies of runs are kept by them. */

/** A local day as a number that sorts: 20260513. */
export type DayNumber = number;

/** The local day of a time in ms since the epoch. */
export function dayOf(at: number): DayNumber {
  const date = new Date(at);
  return date.getFullYear() * 10_000 + (date.getMonth() + 1) * 100 + date.getDate();
}

/** When a day begins, in ms since the epoch; of a month, when its first day does. */
export function startOf(day: DayNumber): number {
  return new Date(
    Math.floor(day / 10_000),
    (Math.floor(day / 100) % 100) - 1,
    Math.max(1, day % 100),
  ).getTime();
}

/** The first day of the month, as its tally is kept: 20260500, which is no day. */
export function monthOf(day: DayNumber): DayNumber {
  return Math.floor(day / 100) * 100;
}

export type Step = 'day' | 'week' | 'month';

/** When the day, week (from Monday) or month begins in which a time lies. */
export function beginningOf(at: number, step: Step): number {
  const date = new Date(at);
  date.setHours(0, 0, 0, 0);
  if (step === 'week') date.setDate(date.getDate() - ((date.getDay() + 6) % 7));
  if (step === 'month') date.setDate(1);
  return date.getTime();
}

/** When the next one begins. By the calendar: a day is not always 24 hours long. */
export function nextAfter(beginning: number, step: Step): number {
  const date = new Date(beginning);
  if (step === 'month') date.setMonth(date.getMonth() + 1);
  else date.setDate(date.getDate() + (step === 'week' ? 7 : 1));
  return date.getTime();
}

/** A range of tallies that are kept by day or by month; `until` is not included. */
export interface TallyRange {
  kind: 'day' | 'month';
  from: DayNumber;
  until: DayNumber;
}

/**
 * The fewest ranges that make up the days from `from` to before `until`: whole months are read as months.
 * `until` at midnight leaves its day out; any other time takes that day in.
 */
export function rangesOf(from: number, until: number): TallyRange[] {
  const begin = beginningOf(from, 'day');
  const end = beginningOf(until, 'day') === until ? until : nextAfter(beginningOf(until, 'day'), 'day');
  const ofMonth = beginningOf(begin, 'month');
  const firstMonth = ofMonth === begin ? begin : nextAfter(ofMonth, 'month');
  const lastMonth = beginningOf(end, 'month');
  const days = (one: number, other: number): TallyRange[] =>
    one < other ? [{ kind: 'day', from: dayOf(one), until: dayOf(other) }] : [];
  if (firstMonth >= lastMonth) return days(begin, end);
  return [
    ...days(begin, firstMonth),
    { kind: 'month', from: monthOf(dayOf(firstMonth)), until: monthOf(dayOf(lastMonth)) },
    ...days(lastMonth, end),
  ];
}
