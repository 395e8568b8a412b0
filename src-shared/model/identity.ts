import { z } from 'zod';

/** What is known of a unit and where it comes from. Times are milliseconds since the epoch. */
export const unitIdentitySchema = z.object({
  /** `read`: the unit said it; `operator`: typed or scanned; `allocated`: handed out from the recipe's range. */
  source: z.enum(['read', 'operator', 'allocated']),
  serial: z.string().nullable(),
  /** The model that the unit says it is; null where nobody asked it. */
  model: z.string().nullable(),
  at: z.number(),
  /** Who said that a unit that passed before is flashed again; `run` is the one in which it passed. */
  confirmed: z.object({ operator: z.string(), at: z.number(), run: z.string() }).nullable(),
});
export type UnitIdentity = z.infer<typeof unitIdentitySchema>;

/** What a run waits for an operator to say. */
export const bayAskSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('identity'),
    /** How a serial number looks, in the recipe's words. */
    hint: z.object({ en: z.string(), es: z.string() }).nullable(),
    /** A regular expression's source. */
    pattern: z.string(),
  }),
  z.object({
    kind: z.literal('confirm'),
    serial: z.string(),
    /** The run in which this unit passed. */
    run: z.string(),
    passedAt: z.number(),
  }),
]);
export type BayAsk = z.infer<typeof bayAskSchema>;
