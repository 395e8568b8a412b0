import { text } from 'node:stream/consumers';
import type { Result } from '../../../src-shared/model/result.js';
import type { Connection } from './connection.js';
import type { ContainerEvent } from './engine.js';
import { createEventReader, eventFilters } from './event-reader.js';
import { systemTimeSchema } from './schemas.js';
import { toReadable } from './to-readable.js';

/** Added to the engine's present time, in ms: what happens in this very moment is wanted, too. */
const moment = 5;

/** See `Engine.pastEvents`. https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemEvents */
export function readPastEvents(
  connection: Connection,
  stationId: string,
  id: string,
  since: number,
): Promise<Result<ContainerEvent[]>> {
  return connection.call(async ({ docker }, abortSignal) => {
    const { SystemTime } = systemTimeSchema.parse(await docker.info());
    const stream = await docker.getEvents({
      filters: JSON.stringify({ ...eventFilters(stationId), container: [id] }),
      since: Math.floor(since / 1000),
      until: (Date.parse(SystemTime) + moment) / 1000,
      abortSignal,
    });
    const found: ContainerEvent[] = [];
    const reader = createEventReader(stationId, (event) => found.push(event));
    reader.begin();
    reader.read(Buffer.from(`${await text(toReadable(stream))}\n`));
    return found;
  });
}
