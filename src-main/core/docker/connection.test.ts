import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/fakes/clock.js';
import { createConnection, type Connection } from './connection.js';

/** A place where an engine may answer: a socket with a server of a few words behind it. */
interface Place {
  socket: string;
  /** How it answers `/version`; null leaves the request without an answer. */
  version: { Version: string; ApiVersion: string; MinAPIVersion?: string } | null;
  requests: string[];
  open(): Promise<void>;
  close(): Promise<void>;
  /** Sends to everyone who follows the events. */
  send(event: object): void;
  breakEvents(): void;
  /** Answers other requests. */
  other: (request: IncomingMessage, response: ServerResponse) => void;
}

function createPlace(socket: string): Place {
  let server: Server | null = null;
  const followers = new Set<ServerResponse>();
  const place: Place = {
    socket,
    version: { Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12' },
    requests: [],
    other: (_, response) => void response.writeHead(404).end('{"message":"page not found"}'),
    async open() {
      const made = createServer((request, response) => {
        place.requests.push(request.url ?? '');
        if (request.url?.includes('/version') === true) {
          if (place.version !== null) response.end(JSON.stringify(place.version));
        } else if (request.url?.includes('/events') === true) {
          response.writeHead(200).flushHeaders();
          followers.add(response);
        } else place.other(request, response);
      });
      await new Promise<void>((resolve) => made.listen(socket, resolve));
      server = made;
    },
    async close() {
      followers.clear();
      server?.closeAllConnections();
      await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
      server = null;
    },
    send(event) {
      for (const follower of followers) follower.write(`${JSON.stringify(event)}\n`);
    },
    breakEvents() {
      for (const follower of followers) follower.end();
      followers.clear();
    },
  };
  return place;
}

let folder: string;
let place: Place;
let clock: FakeClock;
let connection: Connection;
let seen: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-engine-'));
  place = createPlace(join(folder, 'docker.sock'));
  clock = createFakeClock();
  connection = createConnection({
    search: () => ({ configured: place.socket, environment: {}, home: folder }),
    stationId: 'station-1',
    clock,
  });
  seen = [];
  connection.changes.subscribe(({ state, fault }) => seen.push(`${state} ${fault?.code ?? ''}`.trim()));
});

afterEach(async () => {
  await connection.dispose();
  expect(clock.timers).toBe(0);
  await place.close();
  await rm(folder, { recursive: true });
});

async function until(condition: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(condition()).toBe(true), { timeout: 8000, interval: 5 });
}

describe('the connection to the engine', () => {
  it('says which engine it found, and where', async () => {
    await place.open();
    await connection.start();
    expect(connection.view).toEqual({
      state: 'ready',
      endpoint: `unix://${place.socket}`,
      version: '20.10.24',
      apiVersion: '1.41',
      fault: null,
    });
    expect(place.requests[1]).toMatch(/^\/v1\.41\/events\?.*io\.slipway\.station/);
  });

  it('asks a newer engine for the newest version that it knows', async () => {
    place.version = { Version: '29.0.0', ApiVersion: '1.52', MinAPIVersion: '1.44' };
    await place.open();
    await connection.start();
    expect(connection.view.apiVersion).toBe('1.51');
  });

  it('says that no engine is there, and finds it by itself once it is', async () => {
    await connection.start();
    expect(connection.view).toMatchObject({
      state: 'unavailable',
      fault: { code: 'engine-absent', params: { endpoint: `unix://${place.socket}` } },
    });
    await place.open();
    clock.advance(250);
    await until(() => connection.view.state === 'ready');
    expect(seen).toEqual(['unavailable engine-absent', 'ready']);
  });

  it('waits longer from attempt to attempt, but never more than five seconds', async () => {
    const search = vi.fn(() => ({ configured: place.socket, environment: {}, home: folder }));
    const other = createConnection({ search, stationId: 'station-1', clock });
    await other.start();
    for (const wait of [250, 500, 1000, 2000, 4000, 5000, 5000]) {
      const before = search.mock.calls.length;
      await until(() => clock.timers === 1);
      clock.advance(wait - 1);
      expect(search.mock.calls.length).toBe(before);
      clock.advance(1);
      await until(() => search.mock.calls.length === before + 1);
    }
    await other.dispose();
  });

  it('says that the engine was lost when one that had answered is gone, and that it is back', async () => {
    await place.open();
    await connection.start();
    clock.advance(60_000);
    await place.close();
    await until(() => connection.view.state === 'unavailable');
    expect(await connection.call(() => Promise.resolve(1))).toMatchObject({ error: { code: 'engine-lost' } });
    await place.open();
    await until(() => clock.timers === 1);
    clock.advance(250);
    await until(() => connection.view.state === 'ready');
    expect(seen).toEqual(['ready', 'unavailable engine-lost', 'ready']);
  });

  it('says again that the engine is ready when only the events broke off: some may have been missed', async () => {
    await place.open();
    await connection.start();
    clock.advance(60_000);
    place.breakEvents();
    await until(() => seen.length === 2);
    expect(seen).toEqual(['ready', 'ready']);
  });

  it('does not run in circles when the events break off again and again', async () => {
    await place.open();
    await connection.start();
    place.breakEvents();
    await until(() => clock.timers === 1);
    expect(place.requests.length).toBe(2);
    clock.advance(250);
    await until(() => seen.length === 2);
  });

  it('passes events on, and asks for those of the gap after a break', async () => {
    const events: string[] = [];
    connection.containerEvents.subscribe(({ type, containerId }) => events.push(`${type} ${containerId}`));
    await place.open();
    await connection.start();
    const event = {
      Type: 'container',
      Action: 'die',
      Actor: { ID: 'abc', Attributes: { 'io.slipway.station': 'station-1', exitCode: '0' } },
      time: 1_700_000_000,
      timeNano: 1,
    };
    place.send(event);
    await until(() => events.length === 1);
    clock.advance(60_000);
    place.breakEvents();
    await until(() => seen.length === 2);
    expect(place.requests.at(-1)).toContain('since=1700000000');
    place.send(event);
    place.send({ ...event, Action: 'destroy', timeNano: 2 });
    await until(() => events.length === 2);
    expect(events).toEqual(['died abc', 'removed abc']);
  });

  it('calls an engine too old that lacks what is needed', async () => {
    place.version = { Version: '18.09.1', ApiVersion: '1.39' };
    await place.open();
    await connection.start();
    expect(connection.view.fault).toEqual({
      code: 'engine-too-old',
      params: { version: '18.09.1', needed: '1.40', offered: '1.39' },
    });
  });

  it('calls something that is no engine by no engine’s name', async () => {
    await place.open();
    place.version = {} as never;
    await connection.start();
    expect(connection.view.fault?.code).toBe('engine-error');
  });

  it('gives an engine up that takes the connection and says nothing', async () => {
    place.version = null;
    await place.open();
    const started = connection.start();
    await until(() => place.requests.length === 1);
    clock.advance(5000);
    await started;
    expect(connection.view).toMatchObject({ state: 'unavailable', fault: { code: 'engine-absent' } });
  });

  it('gives a call up when the engine breaks off in the middle of its answer', async () => {
    place.other = (_, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('{"Id":');
      setImmediate(() => response.destroy());
    };
    await place.open();
    await connection.start();
    const answer = connection.call((session) => session.docker.getContainer('abc').inspect());
    await until(() => place.requests.length === 3);
    clock.advance(30_000);
    expect(await answer).toMatchObject({ error: { code: 'engine-lost' } });
  });

  it('gives a call up when the engine goes away meanwhile', async () => {
    place.other = () => undefined;
    await place.open();
    await connection.start();
    const answer = connection.call((session) => session.docker.getContainer('abc').inspect());
    await until(() => place.requests.length === 3);
    await place.close();
    expect(await answer).toMatchObject({ error: { code: 'engine-lost' } });
  });

  it('looks at the engine when a call takes too long, and gives it up when it says nothing at all', async () => {
    place.other = () => undefined;
    await place.open();
    await connection.start();
    const answer = connection.call((session) => session.docker.getContainer('abc').inspect(), {
      deadlineMs: 100,
    });
    await until(() => place.requests.length === 3);
    place.version = null;
    clock.advance(100);
    expect(await answer).toMatchObject({ error: { code: 'engine-lost' } });
    await until(() => place.requests.length === 4);
    clock.advance(5000);
    await until(() => place.requests.length === 5);
    clock.advance(5000);
    await until(() => connection.view.state === 'unavailable');
    expect(connection.view.fault?.code).toBe('engine-lost');
  });

  it('throws what only a bug can have thrown', async () => {
    await place.open();
    await connection.start();
    await expect(connection.call(() => Promise.reject(new TypeError('oops')))).rejects.toThrow('oops');
  });

  it('ends every wait when it is disposed', async () => {
    await connection.start();
    const ready = connection.whenReady(new AbortController().signal);
    await connection.dispose();
    expect(await ready).toBe(false);
  });
});
