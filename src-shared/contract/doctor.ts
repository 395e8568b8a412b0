import { z } from 'zod';
import type { DoctorCheck } from '../model/station.js';
import { call } from './define.js';
import { nothing } from './fields.js';

/** What mends a check that the doctor made, and the doctor's words for somebody far away. */
export const doctorCalls = {
  /**
   * Does what the check offers at this moment (`mend` of a `DoctorCheck`), then looks again. Fails with
   * `mend-not-offered`, `mend-failed`.
   */
  'doctor.mend': call(z.object({ check: z.string().min(1).max(80) })).returns<DoctorCheck[]>(),
  /** The examination as plain text for a support ticket: no secrets, no names of users, the home folder as `~`. */
  'doctor.ticket': call(nothing).returns<{ text: string }>(),
} as const;
