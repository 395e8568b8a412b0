import { z } from 'zod';
import { jobLineSchema, jobSchema, jobSummarySchema, type JobLine, type JobSummary } from '../model/job.js';
import { call, event } from './define.js';
import { nothing } from './fields.js';

export const jobId = z.string().regex(/^[0-9A-Za-z-]{8,64}$/);

/** Long tasks: making, carrying in and out of images. Whatever starts one answers with its id at once. */
export const jobCalls = {
  /** Newest first: those that run and the last that ended. */
  'jobs.list': call(nothing).returns<JobSummary[]>(),
  /** `total` is the number of lines so far; `from` counts from 0. Fails with `job-unknown`, `log-missing`. */
  'jobs.log': call(
    z.object({ jobId, from: z.number().int().min(0), limit: z.number().int().min(1).max(5000) }),
  ).returns<{ lines: JobLine[]; total: number }>(),
  /** Answers when the job is told; it has ended once its state says so. Ended already is fine. Fails with `job-unknown`. */
  'jobs.cancel': call(z.object({ jobId })).returns<void>(),
  /** Takes an ended job and its log away. Fails with `job-unknown`, `job-runs`. */
  'jobs.remove': call(z.object({ jobId })).returns<void>(),
} as const;

export const jobEvents = {
  /** The whole list, newest first, at most ten times a second. */
  jobs: event(nothing, z.object({ revision: z.number().int(), jobs: z.array(jobSummarySchema) })),
  /**
   * One job: first the job and its last lines, then what changes; `gone` when there is none of that id (any
   * more). Lines come in batches, in order.
   */
  job: event(
    z.object({ jobId }),
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('job'), job: jobSchema }),
      z.object({ kind: z.literal('lines'), jobId, lines: z.array(jobLineSchema), total: z.number().int() }),
      z.object({ kind: z.literal('gone'), jobId }),
    ]),
  ),
} as const;
