import { z } from 'zod';
import type { MeasurementPoint } from '../model/measurement-point.js';
import { call } from './define.js';
import { bayNumber } from './fields.js';
import { runFilterSchema } from './station.js';

/** Who a unit is, and what was measured over units. */
export const unitCalls = {
  /** The serial number that was typed or scanned: `identity-not-asked`, `identity-pattern`. */
  'bay.identify': call(z.object({ bay: bayNumber, serial: z.string().max(200) })).returns<void>(),
  /** A unit that passed before is flashed again: `confirmation-not-asked`. */
  'bay.confirm': call(z.object({ bay: bayNumber })).returns<void>(),
  /**
   * One measurement over the last units, oldest first, with the limits that each was judged by; what else is given narrows
   * the runs down, of which the newest 2000 are looked at then. `batch-unknown`.
   */
  'runs.measurements': call(
    z.object({
      ...runFilterSchema.omit({ recipe: true, unitSerial: true, before: true, limit: true }).shape,
      recipe: z.string().max(200),
      name: z.string().max(64),
      test: z.string().max(200).optional(),
      limit: z.number().int().min(1).max(1000).default(100),
    }),
  ).returns<{ points: MeasurementPoint[] }>(),
} as const;
