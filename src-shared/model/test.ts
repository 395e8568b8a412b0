import { z } from 'zod';
import { faultSchema } from './result.js';
import { verdicts } from './verdicts.js';

export type { Verdict } from './verdicts.js';

/** `FAIL` means the unit is bad, `ERROR` means the station is bad. */
export const verdictSchema = z.enum(verdicts);

/** One captured value with the limits it was judged by. */
export const measurementSchema = z.object({
  name: z.string(),
  /** As it was said; null when it was not. */
  text: z.string().nullable(),
  /** The same as a number; null when it is none. */
  number: z.number().nullable(),
  unit: z.string().optional(),
  /** Inclusive, as is `max`. */
  min: z.number().optional(),
  max: z.number().optional(),
  equals: z.union([z.string(), z.number()]).optional(),
  /** A regular expression's source. */
  matches: z.string().optional(),
  /** `ERROR`: the value is missing, or no number where one is needed, and that is not the unit's doing. */
  verdict: z.enum(['PASS', 'FAIL', 'ERROR']),
});
export type Measurement = z.infer<typeof measurementSchema>;

/** Lines of the run's log that belong to something: from `from`, before `to`, counted as `LogLine.seq`. */
export const logRangeSchema = z.object({ from: z.number().int().min(0), to: z.number().int().min(0) });
export type LogRange = z.infer<typeof logRangeSchema>;

/** What a test program's own JUnit file said. */
export const testReportSchema = z.object({
  tests: z.number().int(),
  failures: z.number().int(),
  errors: z.number().int(),
  skipped: z.number().int(),
  /** The cases that failed, the first few of them. */
  failed: z.array(z.object({ name: z.string(), message: z.string() })),
});
export type TestReport = z.infer<typeof testReportSchema>;

/** A set-up or tear-down of one attempt. */
export const sideStepSchema = z.object({
  verdict: verdictSchema,
  startedAt: z.number(),
  endedAt: z.number(),
  fault: faultSchema.optional(),
});
export type SideStep = z.infer<typeof sideStepSchema>;

/** One go at a test phase. Times are milliseconds since the epoch. */
export const testAttemptSchema = z.object({
  verdict: verdictSchema,
  startedAt: z.number(),
  endedAt: z.number(),
  /** Null for a conversation, and for a program that was never run or did not end. */
  exitCode: z.number().nullable(),
  /** Of the image that the program ran in, where that was not the flasher's. */
  imageId: z.string().optional(),
  fault: faultSchema.optional(),
  measurements: z.array(measurementSchema),
  report: testReportSchema.optional(),
  setUp: sideStepSchema.optional(),
  tearDown: sideStepSchema.optional(),
  log: logRangeSchema.optional(),
});
export type TestAttempt = z.infer<typeof testAttemptSchema>;

export const testKinds = ['exec', 'container', 'serial'] as const;

/** How one test phase of a run went: as its last attempt did. */
export const testOutcomeSchema = z.object({
  name: z.string(),
  kind: z.enum(testKinds).default('exec'),
  verdict: verdictSchema,
  startedAt: z.number(),
  endedAt: z.number(),
  exitCode: z.number().nullable(),
  fault: faultSchema.optional(),
  /** It is on record, and the run's verdict does not ask for it. */
  optional: z.boolean().default(false),
  /** All attempts, the one that counts last. Empty in records from before there were any. */
  attempts: z.array(testAttemptSchema).default([]),
});
export type TestOutcome = z.infer<typeof testOutcomeSchema>;

/** What goes on in the test phase now. */
export const liveTestSchema = z.object({
  name: z.string(),
  /** From 1. */
  index: z.number().int(),
  count: z.number().int(),
  attempt: z.number().int(),
  attempts: z.number().int(),
  stage: z.enum(['setUp', 'test', 'tearDown']),
  /** The step of a conversation, from 1; null in anything else. */
  step: z.object({ index: z.number().int(), count: z.number().int(), text: z.string() }).nullable(),
  measurements: z.array(measurementSchema),
});
export type LiveTest = z.infer<typeof liveTestSchema>;
