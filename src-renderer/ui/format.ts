/** Numbers and times as a person reads them. Nothing here changes width from one second to the next. */

const second = 1000;
const day = 24 * 3600 * second;

const ageUnits = [
  ['year', 365 * day],
  ['month', 30 * day],
  ['day', day],
  ['hour', 3600 * second],
  ['minute', 60 * second],
] as const;

/** `0:07`, `12:30`, `1:02:33`. Parts of a second are cut off: a clock does not run ahead. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / second));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  const seconds = String(total % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/** Of an image, a container or a hash: as much as tells it from others. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

export interface LocaleFormat {
  /** 0-100, whole percent, never rounded up: 99.9 is not done. */
  percent(value: number): string;
  /** 0-100 with one decimal. */
  share(value: number): string;
  integer(value: number): string;
  dateTime(at: number): string;
  timeOfDay(at: number): string;
  /** The day alone. */
  date(at: number): string;
  /** A span of time in ms: to a tenth of a second while it is short, else as `duration`. */
  span(ms: number): string;
  /** How long ago, in the largest unit of which there is a whole one: `3 days ago`. What is to come counts as now. */
  age(at: number, now: number): string;
}

/** The formats that differ from one language to the other. */
export function createLocaleFormat(locale: string): LocaleFormat {
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  const share = new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const integer = new Intl.NumberFormat(locale);
  const dateTime = new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: 'short',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const timeOfDay = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const date = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'short', day: '2-digit' });
  const seconds = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'second',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const ago = new Intl.RelativeTimeFormat(locale, { numeric: 'always', style: 'short' });
  return {
    percent: (value) => percent.format(Math.floor(value) / 100),
    share: (value) => share.format(value / 100),
    integer: (value) => integer.format(value),
    dateTime: (at) => dateTime.format(at),
    timeOfDay: (at) => timeOfDay.format(at),
    date: (at) => date.format(at),
    span: (ms) => (ms < 10_000 ? seconds.format(Math.max(0, ms) / 1000) : duration(ms)),
    age(at, now) {
      const passed = Math.max(0, now - at);
      const [unit, length] = ageUnits.find(([, each]) => passed >= each) ?? (['second', second] as const);
      // Down to the second it would change all the time, and tell nobody anything.
      return unit === 'second'
        ? ago.format(-1, 'minute').replace('1', '< 1')
        : ago.format(-Math.floor(passed / length), unit);
    },
  };
}
