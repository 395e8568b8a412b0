import { z } from 'zod';
import { channels } from '../../src-shared/bridge.js';
import {
  calls,
  events,
  windowCalls,
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
  /** Who answers, once the station has started: the page is loaded meanwhile, and what it asks waits. */
  answering: Promise<Answering>;
  /** Told of what is refused and of what handlers throw. */
  log: { warn(event: string, fields?: object): void; error(event: string, fields?: object): void };
}

/** Who answers calls and feeds subscriptions. */
export interface Answering {
  readonly station: Pick<Station, 'handlers' | 'subscribe'>;
  readonly windowHandlers: WindowHandlers;
  readonly windowSubscribe: WindowSubscribe;
  /** The words of the moment: the language can change while the station runs. */
  readonly messages: () => Messages;
}

export interface ContractServer extends SyncDisposable {
  /** How many subscriptions are open now. */
  readonly subscriptions: number;
}

/** What a page is told of a bug; the cause stays in the log. */
const bugReply = 'bug-in-station';

const subscriptionId = z.string().min(1).max(100);

/**
 * Serves the contract. Names are looked up in the contract's table, every value is parsed by its schema, in both
 * directions and here alone, every sender is checked. What is expected to go wrong is a reply with `ok: false`; what a handler throws
 * is a bug: it is logged, and the page gets a rejection that says nothing of it. A subscription ends with
 * the page that opened it.
 */
export function serveContract<Incoming extends CallEvent>(
  options: ContractOptions<Incoming>,
): ContractServer {
  const { ipcMain, isTrusted, answering, log } = options;
  const pages = createPages();

  const failed = ({ messages }: Answering, error: Fault): Reply<never> => ({
    ok: false,
    error: { ...error, message: messages().what(error) },
  });
  const refused = async (problem: Fault): Promise<Reply<never>> => {
    log.warn('call refused', { fault: problem });
    return failed(await answering, problem);
  };
  const refusedSender = (event: Incoming): Promise<Reply<never>> =>
    refused(fault('call-refused', { origin: event.senderFrame?.origin ?? '-' }));
  const bug = (name: string, error: unknown): Error => {
    log.error('a handler threw', { name, error: described(error) });
    return new Error(bugReply);
  };

  async function answer(event: Incoming, name: unknown, input: unknown): Promise<Reply<unknown>> {
    // Asked before the first wait: afterwards the frame may be another one.
    if (!isTrusted(event)) return refusedSender(event);
    if (!isNameIn(calls, name)) return refused(unknownCall(name));
    const parsed = calls[name].input.safeParse(input);
    if (!parsed.success) return refused(invalid(name, parsed.error));
    const present = await answering;
    try {
      const result = await handlerOf(present, name)(parsed.data);
      return result.ok ? result : failed(present, result.error);
    } catch (error) {
      throw bug(name, error);
    }
  }

  async function open(event: Incoming, id: unknown, name: unknown, params: unknown): Promise<Reply<void>> {
    if (!isTrusted(event)) return refusedSender(event);
    if (!isNameIn(events, name)) return refused(unknownCall(name));
    const parsed = z.tuple([subscriptionId, events[name].params]).safeParse([id, params]);
    if (!parsed.success) return refused(invalid(name, parsed.error));
    const { sender } = event;
    const [key, parsedParams] = parsed.data;
    const page = pages.of(sender);
    const present = await answering;
    try {
      page.add(key, () =>
        subscribeTo(present, name, parsedParams, (message) => {
          if (sender.isDestroyed()) return;
          const checked = events[name].message.safeParse(message);
          if (checked.success) sender.send(channels.event, key, checked.data);
          // A bug of the station: the page goes on with what it knows.
          else log.error('an event is not as the contract says', { name, reason: reasonOf(checked.error) });
        }),
      );
    } catch (error) {
      throw bug(name, error);
    }
    return { ok: true, value: undefined };
  }

  async function close(event: Incoming, id: unknown): Promise<Reply<void>> {
    if (!isTrusted(event)) return refusedSender(event);
    const page = pages.of(event.sender);
    // In the order in which the page asked: its subscription may be waiting still.
    await answering;
    if (typeof id === 'string') page.end(id);
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
  { station, windowHandlers }: Answering,
  name: CallName,
): (input: unknown) => Promise<Result<unknown>> {
  const handlers: Partial<StationHandlers & WindowHandlers> = Object.hasOwn(windowCalls, name)
    ? windowHandlers
    : station.handlers;
  return handlers[name] as (input: unknown) => Promise<Result<unknown>>;
}

type SubscribeByName = (
  name: EventName,
  params: unknown,
  listener: (message: unknown) => void,
) => SyncDisposable;

/** As `handlerOf`, for events. */
function subscribeTo(
  { station, windowSubscribe }: Answering,
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
  return fault('call-input-invalid', { call: name, reason: reasonOf(error) });
}

function reasonOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`.trim()).join('; ');
}

function described(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
