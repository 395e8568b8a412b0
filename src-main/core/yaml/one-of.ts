import { z } from 'zod';

type Shape = Record<string, z.ZodType>;
type OneOf<Fields extends Shape, Side extends 'input' | 'output'> = {
  [Key in keyof Fields]: {
    [Only in Key]: Side extends 'input' ? z.input<Fields[Only]> : z.output<Fields[Only]>;
  };
}[keyof Fields];

/**
 * An object with exactly one of these keys. A union of objects would accept the same, but its errors say
 * "invalid input"; this one names the keys that are expected (message `exactlyOne`).
 */
export function exactlyOneOf<Fields extends Shape>(
  fields: Fields,
): z.ZodType<OneOf<Fields, 'output'>, OneOf<Fields, 'input'>> {
  const keys = Object.keys(fields);
  const schema = z
    .strictObject(Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.optional()])))
    .superRefine((value, context) => {
      const given = Object.keys(value);
      if (given.length === 1) return;
      const params = { expected: keys.join(', '), given: given.join(', '), count: given.length };
      context.addIssue({ code: 'custom', message: 'exactlyOne', params });
    });
  return schema as unknown as z.ZodType<OneOf<Fields, 'output'>, OneOf<Fields, 'input'>>;
}
