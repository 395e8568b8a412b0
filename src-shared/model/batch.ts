import { z } from 'zod';
import { faultSchema } from './result.js';
import { verdictSchema } from './run.js';

/** An order of so many units. Every run of its recipe that ends while it is open belongs to it. Times are ms since the epoch. */
export const batchSchema = z.object({
  id: z.number().int(),
  orderNumber: z.string(),
  recipe: z.string(),
  quantity: z.number().int(),
  /** Its serial numbers are known beforehand: any other is refused. */
  expectsSerials: z.boolean(),
  openedAt: z.number(),
  openedBy: z.string(),
  /** Null while it is open. */
  closedAt: z.number().nullable(),
  closedBy: z.string().nullable(),
  host: z.string(),
  /** Units by the verdict of their last run; each unit once. */
  passed: z.number().int(),
  failed: z.number().int(),
  other: z.number().int(),
  /** Units that passed more than once: flashed again after they had passed. */
  doubles: z.number().int(),
  /** Units that are not on the order's list; none of them counts as passed. */
  unexpected: z.number().int(),
});
export type Batch = z.infer<typeof batchSchema>;

/** What became of one unit of an order. */
export const batchUnitSchema = z.object({
  /** Null for a unit whose serial number nobody knows. */
  serial: z.string().nullable(),
  expected: z.boolean(),
  runs: z.number().int(),
  passes: z.number().int(),
  lastRun: z.string(),
  /** When its last run ended. */
  lastAt: z.number(),
  verdict: verdictSchema,
  faultCode: z.string(),
  /** Why, as its last run's record says; null for a PASS, and where that cannot be read. */
  fault: faultSchema.nullable(),
});
export type BatchUnit = z.infer<typeof batchUnitSchema>;

/** All of an order. */
export interface BatchDetail {
  batch: Batch;
  /** The one that was flashed last first. */
  units: BatchUnit[];
  /** Expected serial numbers that no run has met, the first 2000. */
  missing: string[];
}
