import { z } from 'zod';
import { localizedSchema } from '../../../src-shared/model/bay.js';

/**
 * The recipe: how one model is flashed by one flasher, and how it is tested. Field names are those of
 * docs/recipes.md. Durations are written `90s`, `10m`, `500ms`; sizes `256MiB`. After parsing they are
 * milliseconds and bytes.
 */

const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const sizeUnits = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

function quantity(units: Record<string, number>, message: string): z.ZodType<number, string> {
  const pattern = new RegExp(`^(\\d+(?:\\.\\d+)?)\\s*(${Object.keys(units).join('|')})$`);
  return z.string().transform((text, context) => {
    const [, amount, unit] = pattern.exec(text) ?? [];
    const factor = unit === undefined ? undefined : units[unit];
    if (amount === undefined || factor === undefined) {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
    return Math.round(Number(amount) * factor);
  });
}

const duration = quantity(durationUnits, 'duration');
const size = quantity(sizeUnits, 'size');

const regularExpression = z
  .string()
  .min(1)
  .transform((source, context) => {
    try {
      return new RegExp(source, 'u');
    } catch {
      // The reason is the library's English; the catalogue's own words and the position say enough.
      context.addIssue({ code: 'custom', message: 'regularExpression' });
      return z.NEVER;
    }
  });

const absolutePath = z.string().startsWith('/');
const hexId = z
  .string()
  .regex(/^[0-9a-fA-F]{4}$/)
  .transform((id) => id.toLowerCase());
const httpPath = z.string().startsWith('/');

const matchSchema = z
  .strictObject({
    vendorId: hexId.optional(),
    productId: hexId.optional(),
    serialNumber: z.string().optional(),
    /** Glob over the port's path. */
    path: z.string().optional(),
    bay: z.number().int().min(1).optional(),
  })
  .refine((match) => Object.keys(match).length > 0, { message: 'matchEmpty' });

const imageSchema = z.strictObject({
  name: z.string().min(1),
  build: z.strictObject({ context: z.string(), dockerfile: z.string().default('Dockerfile') }).optional(),
  /** `sha256:…` of the image id or of its repository digest. */
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
});

const mountSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('bind'),
    /** Absolute, or `workspace` for the station's workspace folder, or below it (`workspace/widgetOS`). */
    source: z.string().min(1),
    target: absolutePath,
    readOnly: z.boolean().default(true),
  }),
  z.strictObject({
    type: z.literal('volume'),
    source: z.string().regex(/^[a-zA-Z0-9][\w.-]+$/),
    target: absolutePath,
    readOnly: z.boolean().default(false),
  }),
  z.strictObject({ type: z.literal('tmpfs'), target: absolutePath, size: size.optional() }),
]);

const envValue = z.union([
  z.string(),
  z.number().transform(String),
  z.strictObject({ secret: z.string().min(1) }),
]);

const containerSchema = z.strictObject({
  /** Where the flasher expects its serial port. */
  device: absolutePath.default('/dev/ttyACM0'),
  /** The container port of the flasher's web panel; left out for a flasher that has none. */
  panelPort: z.number().int().min(1).max(65_535).optional(),
  mounts: z
    .array(mountSchema)
    .default([{ type: 'bind', source: 'workspace', target: '/workspace', readOnly: true }]),
  env: z.record(z.string().regex(/^[A-Za-z_]\w*$/), envValue).default({}),
  command: z.array(z.string()).optional(),
  /** `isolated`: a network of the bay's own without a way out; `outbound`: with one; `none`: no network at all. */
  network: z.enum(['isolated', 'outbound', 'none']).default('isolated'),
  capabilities: z.array(z.string().regex(/^[A-Z_]+$/)).default([]),
  limits: z
    .strictObject({
      memory: size.default(512 * 1024 ** 2),
      cpus: z.number().positive().max(64).default(1),
      pids: z.number().int().min(8).default(256),
    })
    .prefault({}),
  readOnlyRoot: z.boolean().default(false),
});

/** A sign of success or failure: exactly one kind each. */
const signSchema = z.union([
  z.strictObject({
    http: z.strictObject({
      path: httpPath,
      /** Dotted path into the JSON answer, e.g. `job.state`. */
      field: z.string().min(1),
      equals: z.union([z.string(), z.number(), z.boolean()]),
    }),
  }),
  z.strictObject({ log: regularExpression }),
  z.strictObject({ exitCode: z.union([z.number().int(), z.literal('non-zero')]) }),
]);

const progressSourceSchema = z.union([
  z.strictObject({
    http: z.strictObject({
      path: httpPath,
      every: duration.default(500),
      percent: z.string().optional(),
      step: z.string().optional(),
      message: z.string().optional(),
      unitSerial: z.string().optional(),
    }),
  }),
  /** Named groups `percent`, `step`, `message` and `serial` of the pattern are taken over. */
  z.strictObject({ log: regularExpression }),
]);

const flashSchema = z.strictObject({
  start: z
    .union([
      z.literal('launch'),
      z.strictObject({
        http: z.strictObject({
          method: z.enum(['GET', 'POST', 'PUT']).default('POST'),
          path: httpPath,
          headers: z.record(z.string(), z.string()).default({}),
          body: z.string().optional(),
        }),
      }),
    ])
    .default('launch'),
  /** How the panel is known to be ready: this path answers below 500. */
  ready: z.strictObject({ path: httpPath.default('/'), timeout: duration.default(60_000) }).prefault({}),
  progress: z.array(progressSourceSchema).default([]),
  success: z.array(signSchema).min(1),
  failure: z.array(signSchema).default([]),
  timeout: duration.default(15 * 60_000),
  /** No progress for this long ends the run as TIMEOUT. */
  stall: duration.default(2 * 60_000),
});

const testSchema = z.strictObject({
  name: z.string().min(1),
  exec: z.array(z.string()).min(1),
  /** An image of its own, given the same device; left out, the command runs in the flasher's container. */
  image: z.string().optional(),
  timeout: duration.default(60_000),
  /** The output must match. */
  expect: regularExpression.optional(),
});

export const recipeSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
    title: localizedSchema,
    model: z.string().min(1),
    minimumSupport: z.enum(['stable', 'release-candidate', 'beta', 'unknown']).default('stable'),
    match: z
      .union([matchSchema, z.array(matchSchema).min(1)])
      .transform((match) => (Array.isArray(match) ? match : [match])),
    image: imageSchema,
    container: containerSchema.prefault({}),
    flash: flashSchema,
    tests: z.array(testSchema).default([]),
    /** How often a run that did not pass is tried again by itself. ABORTED never is. */
    retries: z.number().int().min(0).max(10).default(0),
    after: z.enum(['keep', 'remove']).default('remove'),
  })
  .superRefine((recipe, context) => {
    const needsPanel = [
      ...(typeof recipe.flash.start === 'object' ? [['flash', 'start']] : []),
      ...recipe.flash.progress.flatMap((source, index) =>
        'http' in source ? [['flash', 'progress', index]] : [],
      ),
      ...recipe.flash.success.flatMap((sign, index) => ('http' in sign ? [['flash', 'success', index]] : [])),
      ...recipe.flash.failure.flatMap((sign, index) => ('http' in sign ? [['flash', 'failure', index]] : [])),
    ];
    if (recipe.container.panelPort === undefined) {
      for (const path of needsPanel) context.addIssue({ code: 'custom', message: 'needsPanelPort', path });
    } else if (recipe.container.network === 'none') {
      context.addIssue({ code: 'custom', message: 'panelNeedsNetwork', path: ['container', 'network'] });
    }
    const onlyExit = recipe.flash.success.every((sign) => 'exitCode' in sign);
    recipe.tests.forEach((test, index) => {
      if (test.image === undefined && onlyExit) {
        context.addIssue({ code: 'custom', message: 'testNeedsRunningContainer', path: ['tests', index] });
      }
    });
  });

export type Recipe = z.output<typeof recipeSchema>;
export type Sign = Recipe['flash']['success'][number];
export type ProgressSource = Recipe['flash']['progress'][number];
export type RecipeTest = Recipe['tests'][number];
