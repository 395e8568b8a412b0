import { z } from 'zod';

/**
 * Values that people write with a unit: `90s`, `256MiB`. The messages are keys of the `recipes` catalogue;
 * `problems.ts` turns them into problems with a position.
 */

const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const ageUnits = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const sizeUnits = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** As written in a file; the range's ends are given the same way so that an error can show them. */
interface Range {
  least: string;
  most: string;
}

function amountOf(text: string, units: Record<string, number>): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([a-zA-Z]+)$/.exec(text.trim()) ?? [];
  const factor = unit !== undefined && Object.hasOwn(units, unit) ? units[unit] : undefined;
  return amount === undefined || factor === undefined ? undefined : Math.round(Number(amount) * factor);
}

function quantity(units: Record<string, number>, kind: string, range: Range): z.ZodType<number, string> {
  const least = amountOf(range.least, units) ?? 0;
  const most = amountOf(range.most, units) ?? Number.MAX_SAFE_INTEGER;
  return z.string({ error: () => kind }).transform((text, context) => {
    const amount = amountOf(text, units);
    if (amount === undefined) {
      context.addIssue({ code: 'custom', message: kind });
      return z.NEVER;
    }
    if (amount < least || amount > most) {
      context.addIssue({ code: 'custom', message: 'quantityRange', params: { ...range } });
      return z.NEVER;
    }
    return amount;
  });
}

/** A duration such as `500ms`, `90s`, `10m` or `1h`, in milliseconds after parsing. */
export function durationBetween(least: string, most: string): z.ZodType<number, string> {
  return quantity(durationUnits, 'duration', { least, most });
}

/** A size such as `64KiB`, `256MiB` or `1GiB`, in bytes after parsing. */
export function sizeBetween(least: string, most: string): z.ZodType<number, string> {
  return quantity(sizeUnits, 'size', { least, most });
}

/** A limit that may be switched off: `never` is null. A plain number is read only where there are no units. */
function limitOrNever(units: Record<string, number> | null, kind: string): z.ZodType<number | null, string> {
  return z.string({ error: () => kind }).transform((text, context) => {
    if (text.trim() === 'never') return null;
    const plain = /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined;
    const amount = units === null ? plain : amountOf(text, units);
    if (amount !== undefined && Number.isSafeInteger(amount)) return amount;
    context.addIssue({ code: 'custom', message: kind });
    return z.NEVER;
  });
}

/** An age such as `12h`, `30d` or `8w`, in milliseconds after parsing; null for `never`. */
export function ageOrNever(): z.ZodType<number | null, string> {
  return limitOrNever(ageUnits, 'ageOrNever');
}

/** A size such as `512MiB` or `4GiB`, in bytes after parsing; null for `never`. */
export function sizeOrNever(): z.ZodType<number | null, string> {
  return limitOrNever(sizeUnits, 'sizeOrNever');
}

/** How many; null for `never`. */
export function countOrNever(): z.ZodType<number | null, string> {
  return limitOrNever(null, 'countOrNever');
}
