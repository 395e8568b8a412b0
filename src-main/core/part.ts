import type { z } from 'zod';
import type { Call, CallTable, EventTable } from '../../src-shared/contract/define.js';
import type { Result } from '../../src-shared/model/result.js';
import type { SyncDisposable } from './disposable.js';
import type { StationSubscribe } from './station-api.js';

/** One handler for each call of a table. What goes in has been parsed by whoever received it. */
export type HandlersOf<Table extends CallTable> = {
  readonly [Name in keyof Table]: (
    input: z.output<Table[Name]['input']>,
  ) => Promise<Result<Table[Name] extends Call<z.ZodType, infer Output> ? Output : never>>;
};

/** One source for each event stream of a table: it replays the present state to the listener, then sends what is new. */
export type StreamsOf<Table extends EventTable> = {
  readonly [Name in keyof Table]: (
    params: z.output<Table[Name]['params']>,
    listener: (message: z.output<Table[Name]['message']>) => void,
  ) => SyncDisposable;
};

/**
 * A part of the station with calls and streams of its own, beside the bays and their runs. It is made in
 * `parts.ts`; its tables are in `src-shared/contract/`.
 */
export interface StationPart<Calls extends CallTable, Events extends EventTable> {
  readonly handlers: HandlersOf<Calls>;
  readonly streams: StreamsOf<Events>;
  /** Resolves when nothing of it runs any more: no listener, timer, stream, child or container of its own. */
  stop(): Promise<void>;
}

/** A station's subscriptions: a part's streams by name, and whatever is no part's by `otherwise`. */
export function withStreamsOf(
  streams: Readonly<Record<string, (params: never, listener: never) => SyncDisposable>>,
  otherwise: StationSubscribe,
): StationSubscribe {
  return (name, params, listener) => {
    // One name picks stream, parameters and listener alike; the compiler sees a union of each.
    const stream = Object.hasOwn(streams, name) ? streams[name] : undefined;
    return stream === undefined
      ? otherwise(name, params, listener)
      : stream(params as never, listener as never);
  };
}
