import { z } from 'zod';
import { durationBetween } from '../yaml/quantities.js';
import type { ImagePin } from '../images/expected-image.js';
import {
  fieldPath,
  groupsOf,
  imagePin,
  outputExpression,
  phaseDuration,
  regularExpression,
  text,
} from './patterns.js';

/** How long a set-up or tear-down may take: the end of an aborted run waits for the latter. */
const sideDuration = durationBetween('100ms', '15s').default(10_000);

const measurementSchema = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z][\w.-]{0,63}$/, 'measurementName'),
    /** Searched for in what was said; its group `value` is the value, without one the whole match. */
    pattern: outputExpression.optional(),
    /** A field of the last line that is a JSON object. */
    json: fieldPath.optional(),
    unit: text.max(16).optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    equals: z.union([z.string(), z.number()], 'measurementEquals').optional(),
    matches: regularExpression.optional(),
  })
  .superRefine(({ pattern, json, min, max }, context) => {
    if (pattern !== undefined && json !== undefined)
      context.addIssue({ code: 'custom', message: 'measurementSources', path: ['json'] });
    if (min !== undefined && max !== undefined && min > max)
      context.addIssue({ code: 'custom', message: 'measurementRange', path: ['min'] });
  });

const stepSchema = z
  .strictObject({
    /** Before anything else in the step. */
    wait: durationBetween('10ms', '10m').optional(),
    send: z.string().max(1000).optional(),
    expect: outputExpression.optional(),
    /** The limit of `expect`. */
    within: durationBetween('100ms', '1h').default(10_000),
  })
  .refine(({ wait, send, expect }) => [wait, send, expect].some((one) => one !== undefined), {
    message: 'stepEmpty',
  });

/** What stands after every `send`. */
export const lineEndings = { cr: '\r', lf: '\n', crlf: '\r\n', none: '' } as const;

export const conversationSchema = z.strictObject({
  baud: z.number().int().min(50).max(12_000_000).default(115_200),
  lineEnding: z.enum(['cr', 'lf', 'crlf', 'none']).default('cr'),
  steps: z.array(stepSchema).min(1).max(100),
});
export type Conversation = z.output<typeof conversationSchema>;

const imageSchema = z
  .union(
    [text, z.strictObject({ name: text, id: imagePin.optional(), digest: imagePin.optional() })],
    'testImage',
  )
  .transform((image) => (typeof image === 'string' ? { name: image } : image));

const actionShape = {
  exec: z.array(z.string()).min(1).optional(),
  /** An image of its own, given the same device; left out, the command runs in the flasher's container. */
  image: imageSchema.optional(),
  /** A conversation over the serial port, held by the station itself. */
  serial: conversationSchema.optional(),
};

interface Action {
  exec?: string[] | undefined;
  image?: ImagePin | undefined;
  serial?: unknown;
}

function checkAction({ exec, image, serial }: Action, context: z.RefinementCtx): void {
  const given = [...(exec === undefined ? [] : ['exec']), ...(serial === undefined ? [] : ['serial'])];
  if (given.length !== 1) {
    const params = { expected: 'exec, serial', given: given.join(', '), count: given.length };
    context.addIssue({ code: 'custom', message: 'exactlyOne', params });
  } else if (serial !== undefined && image !== undefined) {
    context.addIssue({ code: 'custom', message: 'serialWithoutImage', path: ['image'] });
  }
}

const sideSchema = z.strictObject({ ...actionShape, timeout: sideDuration }).superRefine(checkAction);

export const testSchema = z
  .strictObject({
    name: text,
    ...actionShape,
    /** Of one attempt, without its set-up and tear-down. */
    timeout: phaseDuration.default(60_000),
    /** The output must match; `^` and `$` are the ends of a line of it. */
    expect: outputExpression.optional(),
    measurements: z.array(measurementSchema).max(100).default([]),
    /** A JUnit file that the program writes, in the container. */
    junit: z.string().regex(/^\//, 'absolutePath').optional(),
    /** How often it is tried again when it does not pass. */
    retries: z.number().int().min(0).max(10).default(0),
    /** On record, but the run's verdict does not ask for it. */
    optional: z.boolean().default(false),
    /** Whether the phases after it are left out when it does not pass. */
    stopOnFail: z.boolean().default(true),
    setUp: sideSchema.optional(),
    tearDown: sideSchema.optional(),
  })
  .superRefine((test, context) => {
    checkAction(test, context);
    if (test.serial === undefined) return;
    for (const field of ['expect', 'junit'] as const) {
      if (test[field] === undefined) continue;
      context.addIssue({ code: 'custom', message: 'serialWithout', path: [field], params: { key: field } });
    }
  })
  .superRefine(({ measurements, expect, serial }, context) => {
    const patterns = [expect, ...(serial?.steps ?? []).map((step) => step.expect)];
    const groups = new Set(patterns.flatMap((one) => (one === undefined ? [] : groupsOf(one))));
    const names = new Set<string>();
    measurements.forEach(({ name, pattern, json }, index) => {
      const path = ['measurements', index, 'name'];
      if (names.has(name)) context.addIssue({ code: 'custom', message: 'measurementTwice', path });
      names.add(name);
      if (pattern !== undefined || json !== undefined || groups.has(name)) return;
      context.addIssue({ code: 'custom', message: 'measurementSource', path, params: { name } });
    });
  });

export type RecipeTest = z.output<typeof testSchema>;
export type RecipeAction = Pick<RecipeTest, 'exec' | 'image' | 'serial'>;
export type RecipeMeasurement = RecipeTest['measurements'][number];

/** Whether this runs in the flasher's container, which has to run still. */
export const needsFlasher = ({ exec, image }: RecipeAction): boolean =>
  exec !== undefined && image === undefined;

/** Whether this is given the serial port, which the flasher has to let go of before. */
export const takesPort = ({ image, serial }: RecipeAction): boolean =>
  image !== undefined || serial !== undefined;

/** A phase's actions in their order: set-up, the test itself, tear-down. An image is the phase's unless one has its own. */
export function actionsOf(test: RecipeTest): RecipeAction[] {
  return [sideAction(test, 'setUp'), test, sideAction(test, 'tearDown')].filter(
    (action) => action !== undefined,
  );
}

/** The images of their own that tests, set-ups and tear-downs run in, each once. */
export function testImagesOf(tests: readonly RecipeTest[]): ImagePin[] {
  const images = tests.flatMap(actionsOf).flatMap(({ image }) => image ?? []);
  return [...new Map(images.map((image) => [JSON.stringify(image), image])).values()];
}

/** The set-up or tear-down of a phase; a program of it runs where the phase's does. */
export function sideAction(
  test: RecipeTest,
  side: 'setUp' | 'tearDown',
): (RecipeAction & { timeout: number }) | undefined {
  const action = test[side];
  if (action?.exec === undefined || action.image !== undefined || test.image === undefined) return action;
  return { ...action, image: test.image };
}
