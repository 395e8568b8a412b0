import { StringDecoder } from 'node:string_decoder';
import { labels, type ContainerEvent } from './engine.js';
import { eventSchema, type EngineEvent } from './schemas.js';

/** The engine's events that say something about a container's life, and what we call them. */
const eventTypes = {
  start: 'started',
  kill: 'signalled',
  die: 'died',
  oom: 'out-of-memory',
  destroy: 'removed',
} as const;

/** What the engine is asked to send: our own containers' lives, nothing else. */
export function eventFilters(stationId: string): Record<string, string[]> {
  return {
    type: ['container'],
    label: [`${labels.station}=${stationId}`],
    event: Object.keys(eventTypes),
  };
}

/** Attributes that the engine adds to the container's labels. */
const engineAttributes = new Set(['image', 'name', 'exitCode', 'signal', 'execID', 'execDuration']);

/** An engine event in our words, or null when it is none of ours. */
export function toContainerEvent(event: EngineEvent, stationId: string): ContainerEvent | null {
  const type = Object.entries(eventTypes).find(([action]) => action === event.action)?.[1];
  if (type === undefined || event.type !== 'container' || event.id === '') return null;
  if (event.attributes[labels.station] !== stationId) return null;
  const exitCode = Number.parseInt(event.attributes['exitCode'] ?? '', 10);
  return {
    type,
    containerId: event.id,
    labels: Object.fromEntries(
      Object.entries(event.attributes).filter(([name]) => !engineAttributes.has(name)),
    ),
    exitCode: type === 'died' && !Number.isNaN(exitCode) ? exitCode : null,
  };
}

/** How many events are remembered, so that none is told twice; the engine itself keeps 256. */
const memory = 256;
/** The longest line that an event may be, in characters; what is longer is not an event. */
const longestLine = 1024 * 1024;

/**
 * Reads event streams, one after the other. It remembers the last events, so that the next stream can begin
 * at `since`, which the engine takes by the whole second, without telling any of them again.
 */
export interface EventReader {
  /** Seconds since the epoch by the engine's clock; undefined before the first event. */
  readonly since: number | undefined;
  /** A new stream begins. */
  begin(): void;
  /** A piece of the stream: lines of JSON, split anywhere. */
  read(chunk: Buffer): void;
}

export function createEventReader(stationId: string, onEvent: (event: ContainerEvent) => void): EventReader {
  const seen = new Set<string>();
  let decoder = new StringDecoder('utf8');
  let rest = '';
  let since: number | undefined;

  const readLine = (line: string): void => {
    const event = parseEvent(line);
    if (event === null) return;
    const key = `${event.nanoseconds ?? event.seconds ?? ''} ${event.action} ${event.id}`;
    if (seen.has(key)) return;
    seen.add(key);
    for (const oldest of seen) {
      if (seen.size <= memory) break;
      seen.delete(oldest);
    }
    since = event.seconds ?? since;
    const ours = toContainerEvent(event, stationId);
    if (ours !== null) onEvent(ours);
  };

  return {
    get since() {
      return since;
    },
    begin() {
      decoder = new StringDecoder('utf8');
      rest = '';
    },
    read(chunk) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > longestLine) rest = '';
      for (const line of lines) if (line.trim() !== '') readLine(line);
    },
  };
}

/** Null for what is no event: a line that cannot be understood says nothing that the next comparison would miss. */
function parseEvent(line: string): EngineEvent | null {
  try {
    return eventSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
