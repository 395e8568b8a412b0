import { z } from 'zod';
import { faultSchema } from './result.js';

export const localeSchema = z.enum(['en', 'es']);
export type Locale = z.infer<typeof localeSchema>;

export const themeSchema = z.enum(['system', 'light', 'dark']);
export type Theme = z.infer<typeof themeSchema>;

/** Units and verdicts since the shift's counters began. Counted by run; `units` by unit. */
export const countersSchema = z.object({
  since: z.number(),
  runs: z.number().int(),
  units: z.number().int(),
  pass: z.number().int(),
  fail: z.number().int(),
  /** ERROR, TIMEOUT and ABORTED together. */
  other: z.number().int(),
});
export type Counters = z.infer<typeof countersSchema>;

export const engineViewSchema = z.object({
  state: z.enum(['connecting', 'ready', 'unavailable']),
  /** Where the engine was looked for, e.g. `unix:///var/run/docker.sock`. */
  endpoint: z.string(),
  version: z.string().nullable(),
  apiVersion: z.string().nullable(),
  fault: faultSchema.nullable(),
});
export type EngineView = z.infer<typeof engineViewSchema>;

/** What a person may change while the station runs. Kept in `station.yaml`. */
export const settingsSchema = z.object({
  name: z.string().min(1).max(80),
  workspace: z.string().min(1),
  autoFlash: z.boolean(),
  locale: localeSchema,
  theme: themeSchema,
  operator: z.string().max(80),
});
export type Settings = z.infer<typeof settingsSchema>;

/** A fault of the station, not of a bay; shown as a banner until it is gone. */
export const stationFaultSchema = z.object({ source: z.string(), since: z.number(), fault: faultSchema });
export type StationFault = z.infer<typeof stationFaultSchema>;

export const stationViewSchema = z.object({
  settings: settingsSchema,
  home: z.string(),
  host: z.string(),
  engine: engineViewSchema,
  faults: z.array(stationFaultSchema),
  counters: countersSchema,
});
export type StationView = z.infer<typeof stationViewSchema>;

/** A broken recipe file. Lines and columns count from 1. */
export const recipeProblemSchema = z.object({
  file: z.string(),
  line: z.number().int(),
  column: z.number().int(),
  /** Where in the document, e.g. `flash.progress[0].percent`. */
  at: z.string(),
  /** A message of the `recipes` catalogue. */
  message: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export type RecipeProblem = z.infer<typeof recipeProblemSchema>;

export const recipeSummarySchema = z.object({
  name: z.string(),
  title: z.object({ en: z.string(), es: z.string() }),
  model: z.string(),
  image: z.string(),
  file: z.string(),
  hash: z.string(),
});
export type RecipeSummary = z.infer<typeof recipeSummarySchema>;

export const recipesViewSchema = z.object({
  recipes: z.array(recipeSummarySchema),
  problems: z.array(recipeProblemSchema),
});
export type RecipesView = z.infer<typeof recipesViewSchema>;

/** What the doctor may do by itself once a person asks it to; the words are in the catalogue, under `machine.mend-<name>`. */
export const mendNameSchema = z.enum([
  'make-workspace',
  'close-secrets',
  'start-engine',
  'boot-engine',
  'apply-retention',
]);
export type MendName = z.infer<typeof mendNameSchema>;

/** One check of the doctor. */
export const doctorCheckSchema = z.object({
  /** A key of the `doctor` catalogue. */
  check: z.string(),
  state: z.enum(['ok', 'warning', 'problem']),
  /** A message of the `doctor` catalogue that gives the reason. */
  reason: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  /** A command that mends it, when there is one. */
  command: z.string().optional(),
  /** What Slipway can do itself, where that is safe. */
  mend: mendNameSchema.optional(),
});
export type DoctorCheck = z.infer<typeof doctorCheckSchema>;
