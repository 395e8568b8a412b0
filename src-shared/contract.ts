import type { z } from 'zod';
import { archiveCalls, archiveEvents } from './contract/archive.js';
import { batchCalls, batchEvents } from './contract/batches.js';
import { containerCalls, containerEvents } from './contract/containers.js';
import type { Call, CallTable, EventTable } from './contract/define.js';
import { cleanupCalls } from './contract/cleanup.js';
import { doctorCalls } from './contract/doctor.js';
import { historyCalls } from './contract/history.js';
import { imageCalls, imageEvents } from './contract/images.js';
import { fileCalls } from './contract/files.js';
import { jobCalls, jobEvents } from './contract/jobs.js';
import { serialCalls, serialEvents } from './contract/serial.js';
import { makingCalls } from './contract/making.js';
import { stationCalls as ownCalls, stationEvents as ownEvents } from './contract/station.js';
import { shellCalls, shellEvents } from './contract/shells.js';
import { terminalCalls, terminalEvents } from './contract/terminals.js';
import { volumeCalls } from './contract/volumes.js';
import { windowCalls, windowEvents } from './contract/window.js';
import { unitCalls } from './contract/unit.js';
import { webhookCalls, webhookEventStreams } from './contract/webhooks.js';
import { labelCalls, labelEvents } from './contract/labels.js';
import type { Fault } from './model/result.js';

/**
 * THE table: every call and every event between the station and whoever watches it, put together from one
 * table a part. From it come the handlers' type (a missing handler does not compile), the client's type, the
 * run-time allowlist and the validation of every payload. No channel is a free string anywhere else.
 */

/** What any front of the station can ask: the window and the command line alike. */
export const stationCalls = {
  ...ownCalls,
  ...terminalCalls,
  ...serialCalls,
  ...shellCalls,
  ...jobCalls,
  ...containerCalls,
  ...cleanupCalls,
  ...doctorCalls,
  ...makingCalls,
  ...imageCalls,
  ...fileCalls,
  ...volumeCalls,
  ...unitCalls,
  ...webhookCalls,
  ...historyCalls,
  ...archiveCalls,
  ...labelCalls,
  ...batchCalls,
} as const satisfies CallTable;
/** What any front of the station can follow. */
export const stationEvents = {
  ...ownEvents,
  ...archiveEvents,
  ...batchEvents,
  ...terminalEvents,
  ...serialEvents,
  ...shellEvents,
  ...jobEvents,
  ...containerEvents,
  ...imageEvents,
  ...webhookEventStreams,
  ...labelEvents,
} as const satisfies EventTable;

export const calls = { ...stationCalls, ...windowCalls } as const;
export const events = { ...stationEvents, ...windowEvents } as const;

export { quitAnswers, windowCalls, windowEvents } from './contract/window.js';
export { runFilterSchema, type RunFilter } from './contract/station.js';

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
