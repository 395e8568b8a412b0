import { z } from 'zod';
import { faultSchema } from './result.js';
import { logSourceSchema } from './run.js';

/** The long tasks of a station that are no runs. Their titles are in the catalogues, under `jobs.title-<kind>`. */
export const jobKindSchema = z.enum([
  'build',
  'import',
  'debootstrap',
  'save',
  'load',
  'pull',
  'download',
  'upload',
  'backup',
  'restore',
]);
export type JobKind = z.infer<typeof jobKindSchema>;

/** `interrupted`: the station ended in the middle of it; what it had left was cleaned up at the next start. */
export const jobStateSchema = z.enum(['running', 'done', 'failed', 'cancelled', 'interrupted']);
export type JobState = z.infer<typeof jobStateSchema>;

/** A step that the station names itself; its words are in the catalogues, under `jobs.phase-<phase>`. */
export const jobPhaseSchema = z.enum([
  'context',
  'check',
  'release',
  'find-packages',
  'download',
  'extract',
  'install',
  'configure',
  'pack',
  'read',
  'send',
  'save',
  'load',
  'verify',
  'clean',
]);
export type JobPhase = z.infer<typeof jobPhaseSchema>;

/** One step of a job, as the engine or a program reports it, or a phase of the station's own. */
export const jobStepSchema = z.object({
  /** Counts from 1 within the job, in the order in which steps begin. */
  number: z.number().int(),
  phase: jobPhaseSchema.nullable(),
  /** What is done, in the words of whoever does it (`RUN apt-get update`); empty for a phase. */
  text: z.string(),
  /** The step's own place in what the engine counts (step 2 of 7); null where it does not count. */
  place: z.object({ at: z.number().int(), of: z.number().int() }).nullable(),
  state: z.enum(['running', 'done', 'cached', 'failed', 'cancelled']),
  /** The sequence numbers of its first line and the one after its last so far; other steps' lines may be between. */
  lines: z.object({ from: z.number().int(), to: z.number().int(), count: z.number().int() }),
  /** Of the step's command, when it failed and had one. */
  exitCode: z.number().int().nullable(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
});
export type JobStep = z.infer<typeof jobStepSchema>;

/** How far a job is; `total` is null where nobody knows. */
export const jobProgressSchema = z.object({
  done: z.number(),
  total: z.number().nullable(),
  unit: z.enum(['bytes', 'steps', 'packages']),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

const params = z.record(z.string(), z.union([z.string(), z.number()]));

export const jobSummarySchema = z.object({
  id: z.string(),
  kind: jobKindSchema,
  /** For the title's placeholders, e.g. `name`. Never a secret. */
  params,
  state: jobStateSchema,
  /** The step that runs, or that ended the job. */
  step: jobStepSchema.nullable(),
  progress: jobProgressSchema.nullable(),
  /** Why it failed. */
  fault: faultSchema.nullable(),
  /** What it made, e.g. `image` and `size`; null until it is done. */
  outcome: params.nullable(),
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  endedAt: z.number().nullable(),
});
export type JobSummary = z.infer<typeof jobSummarySchema>;

export const jobSchema = jobSummarySchema.extend({ steps: z.array(jobStepSchema) });
export type Job = z.infer<typeof jobSchema>;

/** One line of a job's log. */
export const jobLineSchema = z.object({
  /** Counts from 0 within the job. */
  seq: z.number().int(),
  at: z.number(),
  source: logSourceSchema,
  /** The step that it belongs to; null for what is about the whole job. */
  step: z.number().int().nullable(),
  text: z.string(),
});
export type JobLine = z.infer<typeof jobLineSchema>;
