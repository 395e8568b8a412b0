import { z } from 'zod';
import { channels } from '../../src-shared/bridge.js';
import {
  calls,
  events,
  windowEvents,
  type CallName,
  type CallOutput,
  type EventMessage,
  type EventName,
  type EventParams,
  type ParsedInput,
  type Reply,
  type WindowCallName,
  type WindowEventName,
} from '../../src-shared/contract.js';
import type { Messages } from '../../src-shared/messages/messages.js';
import { fault, type Fault, type Result } from '../../src-shared/model/result.js';
import type { SyncDisposable } from '../core/disposable.js';
import type { Station, StationHandlers } from '../core/station-api.js';
import { createPages, type Sender } from './pages.js';

/** What a window asks of its own shell: one handler a call, a missing one does not compile. */
export type WindowHandlers = {
  [Name in WindowCallName]: (input: ParsedInput<Name>) => Promise<Result<CallOutput<Name>>>;
};

export type WindowSubscribe = <Name extends WindowEventName>(
  name: Name,
  params: EventParams<Name>,
  listener: (message: EventMessage<Name>) => void,
) => SyncDisposable;

/** As much of Electron's IpcMainInvokeEvent as is needed. */
export interface CallEvent {
  readonly sender: Sender;
  readonly senderFrame: { readonly origin: string } | null;
}

/** As much of Electron's IpcMain as is needed. */
export interface CallReceiver<Incoming> {
  handle(channel: string, listener: (event: Incoming, ...values: unknown[]) => unknown): void;
  removeHandler(channel: string): void;
}

export interface ContractOptions<Incoming extends CallEvent> {
  ipcMain: CallReceiver<Incoming>;
  /** Whether a message comes from the window's own page, exactly: its window, its top frame, its origin. */
  isTrusted: (event: Incoming) => boolean;
  station: Pick<Station, 'handlers' | 'subscribe'>;
  windowHandlers: WindowHandlers;
  windowSubscribe: WindowSubscribe;
  /** The words of the moment: the language can change while the station runs. */
  messages: () => Messages;
  /** Told of what is refused and of what handlers throw. */
  log: { warn(event: string, fields?: object): void; error(event: string, fields?: object): void };
}

export interface ContractServer extends SyncDisposable {
  /** How many subscriptions are open now. */
  readonly subscriptions: number;
}

/** What a page is told of a bug; the cause stays in the log. */
const bugReply = 'bug-in-station';

const subscriptionId = z.string().min(1).max(100);

/**
 * Serves the contract. Names are looked up in the contract's table, every value is parsed by its schema,
 * every sender is checked. What is expected to go wrong is a reply with `ok: false`; what a handler throws
 * is a bug: it is logged, and the page gets a rejection that says nothing of it. A subscription ends with
 * the page that opened it.
 */
export function serveContract<Incoming extends CallEvent>(
  options: ContractOptions<Incoming>,
): ContractServer {
  const { ipcMain, isTrusted, station, windowHandlers, windowSubscribe, messages, log } = options;
  const handlers: StationHandlers & WindowHandlers = { ...station.handlers, ...windowHandlers };
  const pages = createPages();

  const failed = (error: Fault): Reply<never> => ({
    ok: false,
    error: { ...error, message: messages().what(error) },
  });
  const refused = (problem: Fault): Reply<never> => {
    log.warn('call refused', { fault: problem });
    return failed(problem);
  };
  const refusedSender = (event: Incoming): Reply<never> =>
    refused(fault('call-refused', { origin: event.senderFrame?.origin ?? '-' }));
  const bug = (name: string, error: unknown): Error => {
    log.error('a handler threw', { name, error: described(error) });
    return new Error(bugReply);
  };

  async function answer(event: Incoming, name: unknown, input: unknown): Promise<Reply<unknown>> {
    if (!isTrusted(event)) return refusedSender(event);
    if (!isNameIn(calls, name)) return refused(unknownCall(name));
    const parsed = calls[name].input.safeParse(input);
    if (!parsed.success) return refused(invalid(name, parsed.error));
    try {
      const result = await handlerOf(handlers, name)(parsed.data);
      return result.ok ? result : failed(result.error);
    } catch (error) {
      throw bug(name, error);
    }
  }

  function open(event: Incoming, id: unknown, name: unknown, params: unknown): Reply<void> {
    if (!isTrusted(event)) return refusedSender(event);
    if (!isNameIn(events, name)) return refused(unknownCall(name));
    const parsed = z.tuple([subscriptionId, events[name].params]).safeParse([id, params]);
    if (!parsed.success) return refused(invalid(name, parsed.error));
    const { sender } = event;
    const [key, parsedParams] = parsed.data;
    try {
      const subscription = subscribeTo(station, windowSubscribe, name, parsedParams, (message) => {
        if (!sender.isDestroyed()) sender.send(channels.event, key, message);
      });
      pages.add(sender, key, subscription);
    } catch (error) {
      throw bug(name, error);
    }
    return { ok: true, value: undefined };
  }

  function close(event: Incoming, id: unknown): Reply<void> {
    if (!isTrusted(event)) return refusedSender(event);
    if (typeof id === 'string') pages.end(event.sender, id);
    return { ok: true, value: undefined };
  }

  ipcMain.handle(channels.call, answer);
  ipcMain.handle(channels.subscribe, open);
  ipcMain.handle(channels.unsubscribe, close);
  return {
    get subscriptions() {
      return pages.subscriptions;
    },
    dispose() {
      for (const channel of [channels.call, channels.subscribe, channels.unsubscribe]) {
        ipcMain.removeHandler(channel);
      }
      pages.dispose();
    },
  };
}

/** Own keys alone: `toString` is in no table. */
function isNameIn<Table extends object>(table: Table, name: unknown): name is keyof Table {
  return typeof name === 'string' && Object.hasOwn(table, name);
}

/**
 * The handler of a name that is only known at run time. The compiler cannot pair a union of names with a
 * union of inputs; the input was parsed by the same name's schema just before.
 */
function handlerOf(
  handlers: StationHandlers & WindowHandlers,
  name: CallName,
): (input: unknown) => Promise<Result<unknown>> {
  return handlers[name] as (input: unknown) => Promise<Result<unknown>>;
}

type SubscribeByName = (
  name: EventName,
  params: unknown,
  listener: (message: unknown) => void,
) => SyncDisposable;

/** As `handlerOf`, for events. */
function subscribeTo(
  station: Pick<Station, 'subscribe'>,
  windowSubscribe: WindowSubscribe,
  ...[name, params, listener]: Parameters<SubscribeByName>
): SyncDisposable {
  const subscribe = (
    Object.hasOwn(windowEvents, name) ? windowSubscribe : station.subscribe
  ) as SubscribeByName;
  return subscribe(name, params, listener);
}

/** A name that is in no table may be anything, and of any length. */
function unknownCall(name: unknown): Fault {
  return fault('call-unknown', { call: typeof name === 'string' ? name.slice(0, 80) : typeof name });
}

function invalid(name: string, error: z.ZodError): Fault {
  const reason = error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`.trim()).join('; ');
  return fault('call-input-invalid', { call: name, reason });
}

function described(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
