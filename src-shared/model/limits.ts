import type { Measurement } from './test.js';

/** The limits of a measurement as they are written on an instrument: `3.1 … 3.5 V`, `≥ 20 dB`, `= 2.4`, `/^2\./`; '' without any. */
export function limitsOf({
  min,
  max,
  equals,
  matches,
  unit,
}: Pick<Measurement, 'min' | 'max' | 'equals' | 'matches' | 'unit'>): string {
  const parts: string[] = [];
  const withUnit = (text: string): string => (unit === undefined ? text : `${text} ${unit}`);
  if (min !== undefined && max !== undefined) parts.push(withUnit(`${min} … ${max}`));
  else if (min !== undefined) parts.push(withUnit(`≥ ${min}`));
  else if (max !== undefined) parts.push(withUnit(`≤ ${max}`));
  if (equals !== undefined) parts.push(typeof equals === 'number' ? withUnit(`= ${equals}`) : `= ${equals}`);
  if (matches !== undefined) parts.push(`/${matches}/`);
  return parts.join(', ');
}

/** The value as it was said, with its unit; a dash where there is none. */
export function valueOf({ text, unit }: Pick<Measurement, 'text' | 'unit'>): string {
  if (text === null) return '–';
  return unit === undefined ? text : `${text} ${unit}`;
}
