import { z } from 'zod';
import { durationBetween } from '../yaml/quantities.js';
import { mayBeEndless } from './endless-pattern.js';

/** The kinds of values that several parts of a recipe have. Messages are keys of the `recipes` catalogue. */

export const text = z.string().min(1, 'textEmpty');
/** What an image has to be: its id, or a repository digest of it. */
export const imagePin = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'digest');
export const phaseDuration = durationBetween('100ms', '24h');

export function regularExpressionOf(source: string, context: z.RefinementCtx<string>, flags = 'u'): RegExp {
  let expression: RegExp;
  try {
    expression = new RegExp(source, flags);
  } catch {
    // The engine's reason is English; the catalogue's own words and the position say enough.
    const message = source.includes('(?P<') ? 'regularExpressionPython' : 'regularExpression';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
  if (mayBeEndless(expression)) context.addIssue({ code: 'custom', message: 'patternEndless' });
  return expression;
}

export const pattern = text.max(1000, 'patternTooLong');
export const regularExpression = pattern.transform((source, context) => regularExpressionOf(source, context));
/** Over output of several lines: `^` and `$` are the ends of any of them. */
export const outputExpression = pattern.transform((source, context) =>
  regularExpressionOf(source, context, 'mu'),
);
export const fieldPath = z.string().regex(/^[^.\s]+(\.[^.\s]+)*$/, 'fieldPath');

/** The names of a pattern's named groups, in their order. */
export function groupsOf(expression: RegExp): string[] {
  return [...expression.source.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map(([, group]) => group ?? '');
}
