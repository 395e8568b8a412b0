import { z } from 'zod';
import { exactlyOneOf } from '../yaml/one-of.js';
import { durationBetween, sizeBetween } from '../yaml/quantities.js';
import {
  fieldPath,
  groupsOf,
  imagePin,
  pattern,
  phaseDuration,
  regularExpression,
  regularExpressionOf,
  text,
} from './patterns.js';
import { allowedCapabilities, isRefusedMountSource, isRefusedMountTarget, looksSecret } from './refusals.js';
import { identitySchema } from './identity-schema.js';
import { testSchema } from './test-schema.js';
import { checkWholeRecipe } from './whole-recipe.js';

/**
 * The recipe: how one model is flashed by one flasher, and how it is tested. Field names are those of
 * docs/recipes.md. Durations are written `90s`, `10m`, `500ms`; sizes `256MiB`. After parsing they are
 * milliseconds and bytes. Every message here is a key of the `recipes` catalogue.
 */

const progressGroups = ['percent', 'step', 'message', 'serial'];
const progressExpression = pattern.transform((source, context) => {
  const expression = regularExpressionOf(source, context);
  for (const group of groupsOf(expression)) {
    if (progressGroups.includes(group)) continue;
    context.addIssue({
      code: 'custom',
      message: 'groupUnknown',
      params: { group, expected: progressGroups.join(', ') },
    });
  }
  return expression;
});

const absolutePath = z.string().regex(/^\//, 'absolutePath');
const httpPath = z.string().regex(/^\/\S*$/, 'httpPath');
const hexId = z
  .string()
  .regex(/^[0-9a-fA-F]{4}$/, 'hexId')
  .transform((id) => id.toLowerCase());

const matchSchema = z
  .strictObject({
    vendorId: hexId.optional(),
    productId: hexId.optional(),
    serialNumber: text.optional(),
    /** Glob over the port's path. */
    path: text.optional(),
    bay: z.number().int().min(1).max(999).optional(),
  })
  .refine((match) => Object.keys(match).length > 0, { message: 'matchEmpty' });

const imageSchema = z.strictObject({
  name: text,
  /** How the image is made. `context` is absolute or relative to the recipe file's folder, `dockerfile` relative to `context`. */
  build: z.strictObject({ context: text, dockerfile: text.default('Dockerfile') }).optional(),
  /** `sha256:…`: the id that the image must have. */
  id: imagePin.optional(),
  /** `sha256:…` of the repository digest that the image must have, or of its id. With a registry in `name`, it may be pulled. */
  digest: imagePin.optional(),
});

const bindSource = text.superRefine((source, context) => {
  const steps = source.split('/');
  if (steps.includes('..')) context.addIssue({ code: 'custom', message: 'mountSourceUp' });
  else if (source.startsWith('/')) {
    if (isRefusedMountSource(source)) context.addIssue({ code: 'custom', message: 'refusedMount' });
  } else if (steps[0] !== 'workspace') context.addIssue({ code: 'custom', message: 'mountSource' });
});

const mountTarget = absolutePath.refine((target) => !isRefusedMountTarget(target), 'refusedTarget');

const mountSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('bind'),
    /** Absolute, or `workspace` for the station's workspace folder, or below it (`workspace/widgetOS`). */
    source: bindSource,
    target: mountTarget,
    readOnly: z.boolean().default(true),
  }),
  z.strictObject({
    type: z.literal('volume'),
    source: z.string().regex(/^[a-zA-Z0-9][\w.-]+$/, 'volumeName'),
    target: mountTarget,
    readOnly: z.boolean().default(false),
  }),
  z.strictObject({
    type: z.literal('tmpfs'),
    target: mountTarget,
    size: sizeBetween('4KiB', '64GiB').optional(),
  }),
]);

const envName = z.string().regex(/^[A-Za-z_]\w*$/, 'envName');
const envValue = z.union(
  [
    z.string(),
    z.strictObject({ secret: text }),
    /** What is known of the unit when its container is made. */
    z.strictObject({ unit: z.enum(['serial', 'model']) }),
  ],
  'envValue',
);
const envSchema = z.record(envName, envValue).superRefine((env, context) => {
  for (const [name, value] of Object.entries(env)) {
    if (typeof value === 'string' && value !== '' && looksSecret(name)) {
      context.addIssue({ code: 'custom', message: 'refusedSecret', path: [name], params: { name } });
    }
  }
});

const containerSchema = z.strictObject({
  /** Where the flasher expects its serial port. */
  device: absolutePath.default('/dev/ttyACM0'),
  /** The container port of the flasher's web panel; left out for a flasher that has none. */
  panelPort: z.number().int().min(1).max(65_535).optional(),
  mounts: z
    .array(mountSchema)
    .default([{ type: 'bind', source: 'workspace', target: '/workspace', readOnly: true }]),
  env: envSchema.default({}),
  command: z.array(z.string()).min(1).optional(),
  /** `isolated`: a network of the bay's own without a way out; `outbound`: with one; `none`: no network at all. */
  network: z
    .enum(['isolated', 'outbound', 'none'], {
      error: ({ input }) => (input === 'host' ? 'refusedHostNetwork' : undefined),
    })
    .default('isolated'),
  /** Linux capabilities, without `CAP_`, that it keeps besides those that every container keeps (`docker/capabilities.ts`). */
  capabilities: z.array(z.enum(allowedCapabilities, 'refusedCapability')).default([]),
  limits: z
    .strictObject({
      memory: sizeBetween('6MiB', '1024GiB').default(512 * 1024 ** 2),
      cpus: z.number().min(0.05).max(64).default(1),
      pids: z.number().int().min(8).max(65_536).default(256),
    })
    .prefault({}),
  readOnlyRoot: z.boolean().default(false),
});

/** A sign of success or failure: exactly one kind each. */
const signSchema = exactlyOneOf({
  http: z.strictObject({
    path: httpPath,
    /** Dotted path into the JSON answer, e.g. `job.state`. */
    field: fieldPath,
    equals: z.union([z.string(), z.number(), z.boolean()], 'equalsKind'),
  }),
  log: regularExpression,
  exitCode: z.union([z.number().int().min(0).max(255), z.literal('non-zero')], 'exitCodeKind'),
});

const progressSourceSchema = exactlyOneOf({
  http: z
    .strictObject({
      path: httpPath,
      every: durationBetween('100ms', '1m').default(500),
      percent: fieldPath.optional(),
      step: fieldPath.optional(),
      message: fieldPath.optional(),
      unitSerial: fieldPath.optional(),
    })
    .refine(({ percent, step, message, unitSerial }) => percent ?? step ?? message ?? unitSerial, {
      message: 'progressEmpty',
    }),
  /** Named groups `percent`, `step`, `message` and `serial` of the pattern are taken over. */
  log: progressExpression,
});

const flashSchema = z.strictObject({
  start: z
    .union(
      [
        z.literal('launch'),
        z.strictObject({
          http: z.strictObject({
            method: z.enum(['GET', 'POST', 'PUT']).default('POST'),
            path: httpPath,
            headers: z.record(z.string(), z.string()).default({}),
            body: z.string().optional(),
          }),
        }),
      ],
      'startKind',
    )
    .default('launch'),
  /** How the panel is known to be ready: this path answers below 500. */
  ready: z.strictObject({ path: httpPath.default('/'), timeout: phaseDuration.default(60_000) }).prefault({}),
  progress: z.array(progressSourceSchema).default([]),
  success: z.array(signSchema).min(1),
  failure: z.array(signSchema).default([]),
  timeout: phaseDuration.default(15 * 60_000),
  /** No progress for this long ends the run as TIMEOUT. */
  stall: phaseDuration.default(2 * 60_000),
  /** The flasher closes the serial port when it has flashed: tests that need the port leave it running. */
  releasesPort: z.boolean().default(false),
});

const retryVerdicts = ['FAIL', 'ERROR', 'TIMEOUT'] as const;
const retriesCount = z.number().int().min(0).max(10);
const retriesSchema = z
  .union(
    [
      retriesCount,
      z.strictObject({
        count: retriesCount,
        on: z
          .array(z.enum(retryVerdicts))
          .min(1)
          .default([...retryVerdicts]),
      }),
    ],
    'retriesKind',
  )
  .default(0)
  .transform((given) => (typeof given === 'number' ? { count: given, on: [...retryVerdicts] } : given));

export const recipeSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'recipeName'),
    title: z.strictObject({ en: text, es: text }),
    model: text,
    minimumSupport: z.enum(['stable', 'release-candidate', 'beta', 'unknown']).default('stable'),
    match: z
      .union([matchSchema, z.array(matchSchema).min(1)], 'matchKind')
      .transform((match) => (Array.isArray(match) ? match : [match])),
    image: imageSchema,
    container: containerSchema.prefault({}),
    flash: flashSchema,
    /** How a unit is known. */
    identity: identitySchema.optional(),
    tests: z.array(testSchema).default([]),
    /** How often a run that did not pass is tried again by itself. ABORTED never is. */
    retries: retriesSchema,
    after: z.enum(['keep', 'remove']).default('remove'),
  })
  .superRefine(checkWholeRecipe);

export type Recipe = z.output<typeof recipeSchema>;
export type Sign = Recipe['flash']['success'][number];
export type ProgressSource = Recipe['flash']['progress'][number];
export type { RecipeTest } from './test-schema.js';
