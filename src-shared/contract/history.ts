import { z } from 'zod';
import type {
  HistoryDurations,
  HistoryStatistics,
  MeasurementKind,
  RunFacets,
  Shift,
} from '../model/history.js';
import { call } from './define.js';
import { nothing } from './fields.js';
import { runFilterSchema } from './station.js';

/** What the history is narrowed to, without a place in it. */
export const runScopeSchema = runFilterSchema.omit({ before: true, limit: true });
export type RunScope = z.infer<typeof runScopeSchema>;

/** The statistics know no single unit. */
export const statisticsScopeSchema = runScopeSchema.omit({ unitSerial: true });
export type StatisticsScope = z.infer<typeof statisticsScopeSchema>;

/** What the records say of many runs at once. None of these reads the runs one by one. */
export const historyCalls = {
  /** The values to filter by; each column counted under all the other filters. `batch-unknown`. */
  'history.facets': call(runScopeSchema).returns<RunFacets>(),
  /** `from` and `until` count in whole local days. Without them an order's series ends with its last run. `batch-unknown`. */
  'history.statistics': call(statisticsScopeSchema).returns<HistoryStatistics>(),
  /** Of the newest passed runs; the scope's verdict and error are left aside. `batch-unknown`. */
  'history.durations': call(statisticsScopeSchema).returns<HistoryDurations>(),
  /** What can be charted with `runs.measurements`. */
  'history.measurementKinds': call(nothing).returns<MeasurementKind[]>(),
  /** The shifts, the present one first. */
  'history.shifts': call(z.object({ limit: z.number().int().min(1).max(1000).default(200) })).returns<
    Shift[]
  >(),
} as const;
