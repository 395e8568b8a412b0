import type { z } from 'zod';

/** A call: what goes in is parsed; what comes out is typed. */
export interface Call<Input extends z.ZodType, Output> {
  readonly input: Input;
  /** Type only; never read. */
  readonly output?: Output;
}

/** `call(schema).returns<Output>()`: a line of a table of calls. */
export function call<Input extends z.ZodType>(input: Input): { returns: <Output>() => Call<Input, Output> } {
  return { returns: () => ({ input }) };
}

/** An event stream: what a subscription names, and what it is sent. */
export interface Event<Params extends z.ZodType, Message extends z.ZodType> {
  readonly params: Params;
  readonly message: Message;
}

export function event<Params extends z.ZodType, Message extends z.ZodType>(
  params: Params,
  message: Message,
): Event<Params, Message> {
  return { params, message };
}

/** A table of calls, by name. */
export type CallTable = Readonly<Record<string, Call<z.ZodType, unknown>>>;
/** A table of event streams, by name. */
export type EventTable = Readonly<Record<string, Event<z.ZodType, z.ZodType>>>;
