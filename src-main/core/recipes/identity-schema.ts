import { z } from 'zod';
import { conversationSchema } from './test-schema.js';
import { groupsOf, phaseDuration, regularExpression, text } from './patterns.js';

const formatPlace = /\{number(?::([1-9]|1[0-9]))?\}/u;

const allocateSchema = z
  .strictObject({
    from: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
    to: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
    /** Where `{number}` stands; `{number:5}` is filled with zeros to five digits. */
    format: text.max(64).regex(formatPlace, 'serialFormat').default('{number}'),
    /** Recipes that name the same range share it; left out, the recipe has one of its own. */
    range: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'recipeName')
      .optional(),
  })
  .refine(({ from, to }) => from <= to, { message: 'serialRange', path: ['from'] });

/** How a unit is known: before anything is erased, where its boot loader can say so already. */
export const identitySchema = z
  .strictObject({
    /** A conversation whose named groups `serial` and `model` say who the unit is. */
    read: conversationSchema
      .extend({
        timeout: phaseDuration.default(30_000),
        /** `after`: only what was flashed can say it. Nobody can be asked then, nor can a wrong model be spared. */
        when: z.enum(['before', 'after']).default('before'),
      })
      .optional(),
    /** Typed or scanned. */
    operator: z
      .strictObject({
        pattern: regularExpression,
        /** How a serial number looks, for whoever types it. */
        hint: z.strictObject({ en: text, es: text }).optional(),
      })
      .optional(),
    allocate: allocateSchema.optional(),
    /** What the model that was read must match; left out, it must be the recipe's, in any case of letters. */
    model: regularExpression.optional(),
    /** Whether an operator has to confirm that a unit that passed before is flashed again. */
    passedBefore: z.enum(['ask', 'allow']).default('ask'),
  })
  .superRefine(({ read, operator, allocate, model }, context) => {
    const groups = (read?.steps ?? []).flatMap(({ expect }) =>
      expect === undefined ? [] : groupsOf(expect),
    );
    const sources = [groups.includes('serial'), operator !== undefined, allocate !== undefined];
    const given = sources.filter(Boolean).length;
    if (given !== 1) context.addIssue({ code: 'custom', message: 'identitySource', params: { given } });
    if (read?.when === 'after' && !groups.includes('serial'))
      context.addIssue({ code: 'custom', message: 'identityAfter', path: ['read', 'when'] });
    if (model !== undefined && !groups.includes('model'))
      context.addIssue({ code: 'custom', message: 'identityModel', path: ['model'] });
  });
export type RecipeIdentity = z.output<typeof identitySchema>;

/** Whether the unit is asked before its flash, or only after it; null where no recipe asks. */
export const whenAsked = (identity: RecipeIdentity | undefined): 'before' | 'after' | null =>
  identity === undefined ? null : (identity.read?.when ?? 'before');

/** A number of the range as the recipe writes it. */
export function formatSerial(format: string, number: number): string {
  return format.replace(formatPlace, (_, digits?: string) =>
    String(number).padStart(digits === undefined ? 0 : Number(digits), '0'),
  );
}
