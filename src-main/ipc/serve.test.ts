import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeStation, fakeBay, type FakeStation } from '../../test/fakes/station.js';
import { channels } from '../../src-shared/bridge.js';
import { calls } from '../../src-shared/contract.js';
import { createMessages } from '../../src-shared/messages/messages.js';
import { ok } from '../../src-shared/model/result.js';
import { createWindowEvents } from '../electron/window-events.js';
import { serveContract, type Answering, type ContractServer, type WindowHandlers } from './serve.js';

/** A page's WebContents: what it was sent, and its ends. */
class FakeContents extends EventEmitter {
  readonly sent: unknown[][] = [];
  gone = false;
  send(...message: unknown[]): void {
    if (this.gone) throw new Error('Object has been destroyed');
    this.sent.push(message);
  }
  isDestroyed(): boolean {
    return this.gone;
  }
  destroy(): void {
    this.gone = true;
    this.emit('destroyed');
  }
}

interface FakeEvent {
  sender: FakeContents;
  senderFrame: { origin: string } | null;
}

class FakeIpc {
  readonly handlers = new Map<string, (event: FakeEvent, ...values: unknown[]) => unknown>();
  handle(channel: string, handler: (event: FakeEvent, ...values: unknown[]) => unknown): void {
    this.handlers.set(channel, handler);
  }
  removeHandler(channel: string): void {
    this.handlers.delete(channel);
  }
}

let ipc: FakeIpc;
let station: FakeStation;
let page: FakeContents;
let server: ContractServer;
let windowEvents: ReturnType<typeof createWindowEvents>;
let logged: { event: string; fields: object | undefined }[];
let zoomed: string[];
/** Lets the station answer. */
let start: () => void;

const windowHandlers: WindowHandlers = {
  'panel.place': () => Promise.resolve(ok()),
  'panel.hide': () => Promise.resolve(ok()),
  'panel.reload': () => Promise.resolve(ok()),
  'panel.focus': () => Promise.resolve(ok()),
  'window.answerQuit': () => Promise.resolve(ok()),
  'window.chooseFolder': () => Promise.resolve(ok({ folder: null })),
  'window.chooseFile': () => Promise.resolve(ok({ file: null })),
  'window.chooseFiles': () => Promise.resolve(ok({ files: [] })),
  'window.chooseSaveFile': () => Promise.resolve(ok({ file: null })),
  'window.zoom': ({ step }) => {
    zoomed.push(step);
    return Promise.resolve(ok());
  },
};

beforeEach(() => {
  ipc = new FakeIpc();
  station = createFakeStation({ home: '/home' });
  page = new FakeContents();
  windowEvents = createWindowEvents();
  logged = [];
  zoomed = [];
  serve(Promise.resolve(parts()));
});

const parts = (): Answering => ({
  station,
  windowHandlers,
  windowSubscribe: windowEvents.subscribe,
  messages: () => createMessages('es'),
});

function serve(answering: Promise<Answering>): void {
  const note = (event: string, fields?: object): void => void logged.push({ event, fields });
  server = serveContract<FakeEvent>({
    ipcMain: ipc,
    isTrusted: ({ sender, senderFrame }) => sender === page && senderFrame?.origin === 'app://slipway',
    answering,
    log: { warn: note, error: note },
  });
}

const fromPage = (): FakeEvent => ({ sender: page, senderFrame: { origin: 'app://slipway' } });
const invoke = (channel: string, event: FakeEvent, ...values: unknown[]): unknown =>
  ipc.handlers.get(channel)?.(event, ...values);
const call = (name: unknown, input?: unknown): unknown => invoke(channels.call, fromPage(), name, input);
const subscribe = (id: unknown, name: unknown, params?: unknown): unknown =>
  invoke(channels.subscribe, fromPage(), id, name, params);
const unsubscribe = (id: unknown): unknown => invoke(channels.unsubscribe, fromPage(), id);

describe('a call', () => {
  it('reaches its handler with what the schema made of its input, and its answer comes back', async () => {
    await expect(call('runs.list', {})).resolves.toEqual({ ok: true, value: { runs: [] } });
    expect(station.asked).toEqual([{ name: 'runs.list', input: { limit: 50 } }]);
    await expect(call('window.zoom', { step: 'in' })).resolves.toEqual({ ok: true });
    expect(zoomed).toEqual(['in']);
  });

  it('that fails as expected says so in the language of the station', async () => {
    await expect(call('bay.abort', { bay: 7 })).resolves.toEqual({
      ok: false,
      error: { code: 'bay-unknown', params: { bay: 7 }, message: 'No existe la bahía 7.' },
    });
  });

  it.each(['no.such', 'toString', '__proto__', 'constructor', '', 7, null, undefined, {}])(
    'that the contract does not list is refused: %j',
    async (name) => {
      await expect(call(name)).resolves.toMatchObject({ ok: false, error: { code: 'call-unknown' } });
      expect(station.asked).toEqual([]);
    },
  );

  it.each([undefined, null, 7, 'x', [], {}, { bay: '1' }, { bay: 0 }, { bay: 1.5 }, { bay: 1, recipe: 7 }])(
    'with an input of another shape is refused: %j',
    async (input) => {
      await expect(call('bay.flash', input)).resolves.toMatchObject({
        ok: false,
        error: { code: 'call-input-invalid', params: { call: 'bay.flash' } },
      });
      expect(station.asked).toEqual([]);
    },
  );

  it.each<[string, () => FakeEvent]>([
    ['another window', () => ({ ...fromPage(), sender: new FakeContents() })],
    ['another origin', () => ({ ...fromPage(), senderFrame: { origin: 'https://slipway' } })],
    ['an origin that begins alike', () => ({ ...fromPage(), senderFrame: { origin: 'app://slipway.io' } })],
    ['a frame that has gone', () => ({ ...fromPage(), senderFrame: null })],
  ])('from %s is refused, whatever it asks', async (_from, event) => {
    for (const name of Object.keys(calls)) {
      await expect(invoke(channels.call, event(), name, undefined)).resolves.toMatchObject({
        error: { code: 'call-refused' },
      });
    }
    await expect(invoke(channels.subscribe, event(), 'a', 'bays', undefined)).resolves.toMatchObject({
      error: { code: 'call-refused' },
    });
    expect(station.asked).toEqual([]);
    expect(station.listeners).toBe(0);
  });

  it('whose handler throws is rejected without the cause, which is in the log', async () => {
    station.answer('ports.list', () => Promise.reject(new Error('secret path /x/y')));
    const answer = call('ports.list');
    await expect(answer).rejects.toThrow(/^bug-in-station$/);
    expect(JSON.stringify(logged)).toContain('secret path /x/y');
  });
});

describe('a subscription', () => {
  it('is replayed the present state and told what follows, until it is ended', async () => {
    station.setBay(fakeBay(1));
    await expect(subscribe('a', 'bays')).resolves.toEqual({ ok: true });
    station.setBay(fakeBay(1, { label: 'left' }));
    expect(page.sent.map(([channel, id]) => [channel, id])).toEqual([
      [channels.event, 'a'],
      [channels.event, 'a'],
    ]);
    await unsubscribe('a');
    station.setBay(fakeBay(1));
    expect(page.sent).toHaveLength(2);
    expect(server.subscriptions).toBe(0);
    expect(station.listeners).toBe(0);
  });

  it('is never told what breaks the contract: that is a bug, and it is logged', async () => {
    station.setBay(fakeBay(1));
    await subscribe('a', 'bays');
    station.setBay(fakeBay(1, { status: 'melted' as 'ready' }));
    expect(page.sent).toHaveLength(1);
    expect(logged).toMatchObject([
      { event: 'an event is not as the contract says', fields: { name: 'bays' } },
    ]);
    station.setBay(fakeBay(1, { status: 'ready' }));
    expect(page.sent).toHaveLength(2);
  });

  it('hears what the shell says to its window', async () => {
    await subscribe('q', 'quitAsked');
    windowEvents.emitters.quitAsked.emit({ running: [1, 3] });
    expect(page.sent).toEqual([[channels.event, 'q', { running: [1, 3] }]]);
  });

  it.each([
    ['an event that is not in the contract', ['a', 'nothing'], 'call-unknown'],
    ['an event with parameters of another shape', ['a', 'log', { runId: '../../x' }], 'call-input-invalid'],
    ['an id that is none', [{}, 'bays'], 'call-input-invalid'],
  ])('to %s is refused', async (_what, values, code) => {
    const reply = invoke(channels.subscribe, fromPage(), ...values);
    await expect(reply).resolves.toMatchObject({ ok: false, error: { code } });
    expect(station.listeners).toBe(0);
  });

  it.each([
    ['is reloaded or goes elsewhere', () => page.emit('did-navigate')],
    ['crashes', () => page.emit('render-process-gone')],
    ['is destroyed', () => page.destroy()],
  ])('does not outlive its page when that %s', async (_how, end) => {
    for (const [id, name] of Object.entries({ a: 'bays', b: 'station', c: 'recipes', d: 'verdict' })) {
      await subscribe(id, name);
    }
    await subscribe('e', 'log', { runId: 'run-bay-1-0001' });
    await subscribe('f', 'shortcut');
    await subscribe('g', 'quitAsked');
    expect(server.subscriptions).toBe(7);
    const sent = page.sent.length;
    end();
    expect(server.subscriptions).toBe(0);
    expect(station.listeners).toBe(0);
    expect(windowEvents.emitters.shortcut.listeners + windowEvents.emitters.quitAsked.listeners).toBe(0);
    station.setBay(fakeBay(2));
    expect(page.sent).toHaveLength(sent);
  });

  it('leaves no listener on a window that has gone', async () => {
    await subscribe('a', 'bays');
    page.destroy();
    expect(page.eventNames()).toEqual([]);
  });

  it('that arrives from a window that has just gone is not kept', async () => {
    page.gone = true;
    await subscribe('a', 'bays');
    expect(station.listeners).toBe(0);
    expect(page.eventNames()).toEqual([]);
  });

  it('ends, as every channel does, with the server', async () => {
    await subscribe('a', 'bays');
    server.dispose();
    expect(station.listeners).toBe(0);
    expect(ipc.handlers.size).toBe(0);
    expect(page.eventNames()).toEqual([]);
  });
});

describe('what a page asks before the station has started', () => {
  const early = (): void => serve(new Promise((resolve) => (start = () => resolve(parts()))));

  it('is answered once it has, in the order of the questions', async () => {
    early();
    const answer = call('ports.list');
    const opened = subscribe('a', 'bays');
    const opened2 = subscribe('b', 'bays');
    const closed = unsubscribe('b');
    expect(station.asked).toEqual([]);
    start();
    await Promise.all([opened, opened2, closed]);
    await expect(answer).resolves.toMatchObject({ ok: true });
    expect(server.subscriptions).toBe(1);
  });

  it('goes with it when it is reloaded meanwhile', async () => {
    early();
    const opened = subscribe('a', 'bays');
    page.emit('did-navigate');
    const openedAfter = subscribe('b', 'bays');
    start();
    await Promise.all([opened, openedAfter]);
    expect(page.sent.map(([, id]) => id)).toEqual(['b']);
    expect(station.listeners).toBe(1);
  });
});
