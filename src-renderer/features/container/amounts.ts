const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes as `1.5 MiB`: three digits at most before the unit changes, one decimal from KiB on. */
export function bytes(amount: number, locale: string): string {
  let value = amount;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  const shown = value.toLocaleString(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${shown} ${units[unit] ?? ''}`;
}

/** Bytes a second. */
export function rate(amount: number, locale: string): string {
  return `${bytes(amount, locale)}/s`;
}

/** Of a core, as `98 %`; the sign stands as the language has it. */
export function share(percent: number, locale: string): string {
  return (percent / 100).toLocaleString(locale, {
    style: 'percent',
    maximumFractionDigits: percent < 10 ? 1 : 0,
  });
}
