import { hostname, userInfo } from 'node:os';
import { join, normalize } from 'node:path';
import { z } from 'zod';
import type { Result } from '../../../src-shared/model/result.js';
import { localeSchema, themeSchema, type Locale } from '../../../src-shared/model/station.js';
import { isSystemError } from '../ports/system-error.js';
import { isRefusedMountSource } from '../recipes/refusals.js';
import { checkYaml, type CheckedYaml } from '../yaml/check.js';
import type { YamlProblem } from '../yaml/problem.js';
import { durationBetween } from '../yaml/quantities.js';
import { localeOf } from './locale.js';
import { retentionSchema, type Retention } from './retention.js';
import { labelsSchema, type LabelSettings } from './label-config.js';
import { webhooksSchema, type WebhookSettings } from './webhook-config.js';

export { localeOf };

/** A bay as `station.yaml` has it. A label that is left out is for whoever shows the bay to choose. */
export interface BaySettings {
  number: number;
  label?: string | undefined;
  enabled: boolean;
}

/** What `station.yaml` says, its defaults filled in. Fields are described in docs/station-yaml.md. */
export interface StationConfig {
  name: string;
  /** An absolute path. */
  workspace: string;
  /** Socket or host of the engine; left out, it is looked for. */
  docker?: string | undefined;
  ports: { /** The port of bay 1's panel on 127.0.0.1; bay 2 has the next. */ base: number };
  /** Globs watched like `/dev`. */
  virtualPorts: string[];
  /** By physical path. */
  bays: ReadonlyMap<string, BaySettings>;
  autoFlash: boolean;
  locale: Locale;
  theme: z.output<typeof themeSchema>;
  operator: string;
  /** How long a port must stay before it counts as plugged in, in ms. */
  settle: number;
  /** What is removed by itself, and when. */
  retention: Retention;
  /** Who is told of runs, by name. */
  webhooks: ReadonlyMap<string, WebhookSettings>;
  /** Labels of units that passed, by name. */
  labels: ReadonlyMap<string, LabelSettings>;
}

export interface Surroundings {
  home: string;
  environment: NodeJS.ProcessEnv;
}

/** Reads `station.yaml`, or says all that is wrong with it. Never throws on any text. */
export function parseStationConfig(
  content: string | Uint8Array,
  file: string,
  surroundings: Surroundings,
): Result<CheckedYaml<StationConfig>, YamlProblem[]> {
  return checkYaml(content, { file, schema: stationSchema(surroundings) });
}

/** The name of the person who is logged in; a user id without an account has none. */
function systemUser(environment: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username.slice(0, 80);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return (environment['USER'] ?? environment['USERNAME'] ?? '').slice(0, 80);
  }
}

const bayNumber = z.number().int().min(1).max(999);

const baysSchema = z
  .record(
    z.string().regex(/^[a-z]+:./, 'bayKey'),
    z.strictObject({
      number: bayNumber,
      label: z.string().max(80).optional(),
      enabled: z.boolean().default(true),
    }),
  )
  .superRefine((bays, context) => {
    const taken = new Map<number, string>();
    for (const [place, { number }] of Object.entries(bays)) {
      const other = taken.get(number);
      if (other !== undefined) {
        const params = { bay: number, other };
        context.addIssue({ code: 'custom', message: 'bayNumberTaken', path: [place, 'number'], params });
      } else taken.set(number, place);
    }
  })
  .transform((bays): ReadonlyMap<string, BaySettings> => new Map(Object.entries(bays)));

function folder(environment: NodeJS.ProcessEnv): z.ZodType<string, string> {
  return z.string().transform((path, context) => {
    const own = environment['HOME'] ?? environment['USERPROFILE'] ?? '';
    const absolute = /^~(?=[/\\]|$)/.test(path) && own !== '' ? join(own, path.slice(1)) : path;
    if (!/^(\/|[A-Za-z]:[\\/])/.test(absolute)) context.addIssue({ code: 'custom', message: 'folder' });
    else if (isRefusedMountSource(absolute)) context.addIssue({ code: 'custom', message: 'refusedMount' });
    return normalize(absolute);
  });
}

function stationSchema({ home, environment }: Surroundings): z.ZodType<StationConfig> {
  return z.strictObject({
    name: z
      .string()
      .trim()
      .min(1, 'textEmpty')
      .max(80)
      .default(() => hostname().slice(0, 80) || 'slipway'),
    workspace: folder(environment).default(join(home, 'workspace')),
    docker: z.string().min(1, 'textEmpty').optional(),
    ports: z.strictObject({ base: z.number().int().min(1).max(65_000).default(1080) }).prefault({}),
    virtualPorts: z.array(z.string().regex(/^\//, 'absolutePath')).default([]),
    bays: baysSchema.default(new Map<string, BaySettings>()),
    autoFlash: z.boolean().default(false),
    locale: localeSchema.default(localeOf(environment)),
    theme: themeSchema.default('system'),
    operator: z
      .string()
      .max(80)
      .default(() => systemUser(environment)),
    settle: durationBetween('0ms', '1m').default(500),
    retention: retentionSchema,
    webhooks: webhooksSchema,
    labels: labelsSchema,
  });
}
