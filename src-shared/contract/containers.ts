import { z } from 'zod';
import { usageMessageSchema, type ContainerAnswer, type ContainerSummary } from '../model/container.js';
import { call, event } from './define.js';
import { bayNumber, nothing } from './fields.js';

/** An id of the engine's, whole or as much of it as is shown. */
const containerId = z.string().regex(/^[0-9a-f]{12,64}$/);

/** Looking at this station's containers. Those of others do not exist here. */
export const containerCalls = {
  /** Running and kept ones, by bay. */
  'containers.list': call(nothing).returns<ContainerSummary[]>(),
  /** A bay's container, or the one with this id: `bay-unknown`, `container-gone` (also for one that is not ours). */
  'containers.inspect': call(
    z.union([z.strictObject({ bay: bayNumber }), z.strictObject({ id: containerId })]),
  ).returns<ContainerAnswer>(),
} as const;

export const containerEvents = {
  /**
   * How much of the machine a bay's container uses, about once a second. The engine is asked only while
   * somebody listens. The present state comes first; it goes on with the bay's next container.
   */
  containerStats: event(z.object({ bay: bayNumber }), usageMessageSchema),
} as const;
