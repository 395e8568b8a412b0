import { z } from 'zod';
import { bayViewSchema } from './model/bay.js';
import type { Port } from './model/port.js';
import type { Fault } from './model/result.js';
import { logLineSchema, verdictSchema, type LogLine, type RunRecord } from './model/run.js';
import {
  recipesViewSchema,
  settingsSchema,
  stationViewSchema,
  type DoctorCheck,
  type Settings,
} from './model/station.js';

/**
 * THE table: every call and every event between the station and whoever watches it. From it come the
 * handlers' type (a missing handler does not compile), the client's type, the run-time allowlist and
 * the validation of every payload. No channel is a free string anywhere else.
 */

const bayNumber = z.number().int().min(1).max(999);
const runId = z.string().regex(/^[0-9A-Za-z-]{8,64}$/);

/** A call: what goes in is parsed; what comes out is typed. */
interface Call<Input extends z.ZodType, Output> {
  readonly input: Input;
  /** Type only; never read. */
  readonly output?: Output;
}

function call<Input extends z.ZodType>(input: Input): { returns: <Output>() => Call<Input, Output> } {
  return { returns: () => ({ input }) };
}

const nothing = z.undefined();

export const runFilterSchema = z.object({
  bay: bayNumber.optional(),
  verdict: verdictSchema.optional(),
  unitSerial: z.string().max(200).optional(),
  recipe: z.string().max(200).optional(),
  /** Runs started before this run, newest first; pages follow each other by it. */
  before: runId.optional(),
  limit: z.number().int().min(1).max(500).default(50),
});
export type RunFilter = z.infer<typeof runFilterSchema>;

/** What any front of the station can ask: the window and the command line alike. */
export const stationCalls = {
  'bay.flash': call(z.object({ bay: bayNumber, recipe: z.string().max(200).optional() })).returns<{
    runId: string;
  }>(),
  'bay.abort': call(z.object({ bay: bayNumber })).returns<void>(),
  'bay.configure': call(
    z.object({ bay: bayNumber, label: z.string().max(80).optional(), enabled: z.boolean().optional() }),
  ).returns<void>(),
  'ports.list': call(nothing).returns<Port[]>(),
  'runs.list': call(runFilterSchema).returns<{ runs: RunRecord[] }>(),
  'runs.show': call(z.object({ runId })).returns<RunRecord>(),
  /** `total` is the number of lines so far; `from` counts from 0. */
  'runs.log': call(
    z.object({ runId, from: z.number().int().min(0), limit: z.number().int().min(1).max(5000) }),
  ).returns<{ lines: LogLine[]; total: number }>(),
  'settings.change': call(settingsSchema.partial()).returns<Settings>(),
  'counters.reset': call(nothing).returns<void>(),
  'doctor.check': call(nothing).returns<DoctorCheck[]>(),
} as const;

const bounds = z.object({
  x: z.number().int().min(0).max(20_000),
  y: z.number().int().min(0).max(20_000),
  width: z.number().int().min(0).max(20_000),
  height: z.number().int().min(0).max(20_000),
});

export const quitAnswers = ['stay', 'leave-running', 'abort-runs'] as const;

/** What only a window can ask of its own shell. */
export const windowCalls = {
  /** Shows a bay's panel at these bounds (CSS pixels of the window's content); bounds that change are sent again. */
  'panel.place': call(z.object({ bay: bayNumber, bounds })).returns<void>(),
  /** Hides every panel: another screen, or a dialog that must not be covered. */
  'panel.hide': call(nothing).returns<void>(),
  'panel.reload': call(z.object({ bay: bayNumber })).returns<void>(),
  /** Gives the keyboard to the panel that is shown; F6 or Escape inside it gives it back, as a `shortcut`. */
  'panel.focus': call(z.object({ bay: bayNumber })).returns<void>(),
  'window.answerQuit': call(z.object({ answer: z.enum(quitAnswers) })).returns<void>(),
  /** Asks for a folder with the system's dialog; null when it was cancelled. */
  'window.chooseFolder': call(z.object({ start: z.string().max(4096).optional() })).returns<{
    folder: string | null;
  }>(),
  'window.zoom': call(z.object({ step: z.enum(['in', 'out', 'reset']) })).returns<void>(),
} as const;

export const calls = { ...stationCalls, ...windowCalls } as const;

interface Event<Params extends z.ZodType, Message extends z.ZodType> {
  readonly params: Params;
  readonly message: Message;
}

function event<Params extends z.ZodType, Message extends z.ZodType>(
  params: Params,
  message: Message,
): Event<Params, Message> {
  return { params, message };
}

/**
 * The station's event streams. A subscription first replays the present state, then sends updates;
 * `revision` counts up by one a message in one subscription's stream of states.
 */
export const stationEvents = {
  /** First `bays` whole, then one `bay` at a time, at most 10 a second a bay, latest wins. */
  bays: event(
    nothing,
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('bays'), revision: z.number().int(), bays: z.array(bayViewSchema) }),
      z.object({ kind: z.literal('bay'), revision: z.number().int(), bay: bayViewSchema }),
    ]),
  ),
  station: event(nothing, z.object({ revision: z.number().int(), station: stationViewSchema })),
  recipes: event(nothing, z.object({ revision: z.number().int(), recipes: recipesViewSchema })),
  /** First the run's last lines (the ring in memory), then what is new, in batches. `first` is the first line's seq. */
  log: event(z.object({ runId }), z.object({ runId, lines: z.array(logLineSchema) })),
  /** A run ended and its record is on disk. Not replayed. */
  verdict: event(
    nothing,
    z.object({
      runId,
      bay: bayNumber,
      verdict: verdictSchema,
      unitSerial: z.string().nullable(),
      attempt: z.number().int(),
    }),
  ),
} as const;

/** What the shell tells its window. */
export const windowEvents = {
  /** The window is about to close while units flash. */
  quitAsked: event(nothing, z.object({ running: z.array(bayNumber) })),
  /** A key that was pressed inside a panel but belongs to the window. */
  shortcut: event(nothing, z.object({ key: z.enum(['escape', 'previousBay', 'nextBay', 'abort', 'flash']) })),
  /** A bay was chosen outside the window: somebody clicked on the notification of its verdict. */
  bayChosen: event(nothing, z.object({ bay: bayNumber })),
} as const;

export const events = { ...stationEvents, ...windowEvents } as const;

export type Calls = typeof calls;
export type CallName = keyof Calls;
export type StationCallName = keyof typeof stationCalls;
export type WindowCallName = keyof typeof windowCalls;
/** What a caller passes: before defaults are filled in. */
export type CallInput<Name extends CallName> = z.input<Calls[Name]['input']>;
/** What a handler gets: after parsing. */
export type ParsedInput<Name extends CallName> = z.output<Calls[Name]['input']>;
export type CallOutput<Name extends CallName> =
  Calls[Name] extends Call<z.ZodType, infer Output> ? Output : never;

/** A fault with its words in the station's language. */
export type CallError = Fault & { message: string };
export type Reply<Output> = { ok: true; value: Output } | { ok: false; error: CallError };

export type Events = typeof events;
export type EventName = keyof Events;
export type StationEventName = keyof typeof stationEvents;
export type WindowEventName = keyof typeof windowEvents;
export type EventParams<Name extends EventName> = z.output<Events[Name]['params']>;
export type EventMessage<Name extends EventName> = z.output<Events[Name]['message']>;
