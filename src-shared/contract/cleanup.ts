import { z } from 'zod';
import type { CleanupPlan, CleanupResult } from '../model/cleanup.js';
import { call } from './define.js';
import { nothing } from './fields.js';

/** How many things one call removes at most. */
export const mostRemovals = 5000;

const chosen = z.object({ id: z.string().min(1).max(400), stamp: z.string().max(400) });

/** What Slipway left behind, and how to be rid of it. */
export const cleanupCalls = {
  /** Looks and changes nothing. */
  'cleanup.plan': call(nothing).returns<CleanupPlan>(),
  /**
   * Removes what was chosen from a plan, one after the other. Each is looked at again first: what is in use, has
   * changed or is not Slipway's is left alone and says why.
   */
  'cleanup.remove': call(
    z.object({ items: z.array(chosen).min(1).max(mostRemovals) }),
  ).returns<CleanupResult>(),
  /** Does at once what the retention policy would do by itself. */
  'cleanup.applyPolicy': call(nothing).returns<CleanupResult>(),
} as const;
