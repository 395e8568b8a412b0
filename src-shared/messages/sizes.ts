const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes as a person reads them: `4.2 GB`; a dash where nobody knows. Powers of a thousand, as Docker counts. */
export function sizeText(bytes: number | null, locale: string): string {
  if (bytes === null) return '–';
  let amount = bytes;
  let unit = 0;
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || amount >= 100 ? 0 : 1;
  const number = new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${number.format(amount)} ${units[unit] ?? ''}`;
}
