import { z } from 'zod';
import {
  labelJobSchema,
  labelNameSchema,
  type LabelChoice,
  type LabelDrawing,
  type LabelJob,
} from '../model/label.js';
import { call, event } from './define.js';
import { nothing, runId } from './fields.js';

const label = labelNameSchema;
const jobId = z.uuid();

/** Labels of units that passed. All that name a label fail with `label-unknown`, all that draw with `label-template-wrong` or `label-value-missing`. */
export const labelCalls = {
  /** Which labels a run's model can have, and what was printed of them, the newest first. */
  'labels.list': call(z.object({ runId })).returns<{ labels: LabelChoice[]; jobs: LabelJob[] }>(),
  /** Null for a template in the printer's own language: only the printer can draw that. */
  'labels.preview': call(z.object({ runId, label })).returns<{ drawing: LabelDrawing | null }>(),
  /** Fails with `label-not-passed`, `label-no-printer`, and with `label-printed-before` unless there is a reason. */
  'labels.print': call(
    z.object({ runId, label, reason: z.string().trim().min(3).max(300).optional() }),
  ).returns<{ jobId: string }>(),
  /** Tries a job that waits at once; one that is uncertain is printed. */
  'labels.retry': call(z.object({ jobId })).returns<void>(),
  /** A job that waits is given up; of one that is uncertain, `printed` says that it was. */
  'labels.settle': call(z.object({ jobId, as: z.enum(['cancelled', 'printed']) })).returns<void>(),
  /**
   * Writes a PDF of the label's own size into a folder. `unshown` are characters that its font has not, as `丁 (U+4E01)`: the
   * label shows their code points. Fails with `label-no-preview`, `target-exists`, `target-unwritable`.
   */
  'labels.pdf': call(z.object({ runId, label, folder: z.string().min(1).max(4096) })).returns<{
    file: string;
    unshown: string[];
  }>(),
} as const;

export const labelEvents = {
  /** Every job that is not done. */
  labelJobs: event(nothing, z.object({ revision: z.number().int(), jobs: z.array(labelJobSchema) })),
} as const;
