import { z } from 'zod';
import { batchSchema, type Batch, type BatchDetail } from '../model/batch.js';
import { call, event } from './define.js';
import { nothing } from './fields.js';

const batchId = z.number().int().min(1);

/** What opens an order. */
export const batchOrderSchema = z.object({
  orderNumber: z.string().trim().min(1).max(80),
  recipe: z.string().min(1).max(200),
  quantity: z.number().int().min(1).max(1_000_000),
  /** Empty: any serial number is welcome. */
  serials: z.array(z.string().trim().min(1).max(200)).max(100_000).default([]),
});
export type BatchOrder = z.output<typeof batchOrderSchema>;

/** Orders of so many units. Who opens and closes one is the station's operator. */
export const batchCalls = {
  /** One recipe has one open order at a time: `batch-open`. `batch-serials` when there are fewer serial numbers than units. */
  'batches.open': call(batchOrderSchema).returns<Batch>(),
  /** `batch-unknown`, `batch-closed`. */
  'batches.close': call(z.object({ batch: batchId })).returns<Batch>(),
  /** Open ones first, then the last that were closed. */
  'batches.list': call(nothing).returns<Batch[]>(),
  /** `batch-unknown`. */
  'batches.show': call(z.object({ batch: batchId })).returns<BatchDetail>(),
  /** Writes the report; a file that is there is replaced. `batch-unknown`, `target-unwritable`. */
  'batches.report': call(
    z.object({ batch: batchId, format: z.enum(['pdf', 'csv']), file: z.string().min(1).max(4096) }),
  ).returns<void>(),
} as const;

export const batchEvents = {
  /** The open orders, whenever one of them changes. */
  batches: event(nothing, z.object({ open: z.array(batchSchema) })),
} as const;
