import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/fakes/clock.js';
import { createSystemClock } from '../clock.js';
import { awaitPanel, createPanelClient } from './panel-client.js';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function serve(answer: RequestListener): Promise<number> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
const forEver = new AbortController().signal;

describe('a request to a panel', () => {
  it('gives the answer with its status; a redirect is one, and is not followed', async () => {
    const port = await serve((request, response) => {
      const isAway = request.url === '/away';
      response.writeHead(isAway ? 302 : 201, isAway ? { location: 'http://127.0.0.1:1/' } : {});
      response.end(`${request.method} ${request.headers['x-licence']?.toString()}`);
    });
    const client = createPanelClient(createSystemClock());
    const options = { method: 'POST', headers: { 'x-licence': 'yes' }, signal: forEver };
    expect(await client.request(port, '/flash', options)).toEqual({
      kind: 'answered',
      status: 201,
      body: 'POST yes',
    });
    expect(await client.request(port, '/away', options)).toMatchObject({ kind: 'answered', status: 302 });
  });

  it('is given up after its limit, however long the panel holds it', async () => {
    const port = await serve(() => undefined);
    const clock = createFakeClock();
    const reply = createPanelClient(clock).request(port, '/', { limit: 1000, signal: forEver });
    await once(server, 'request');
    clock.advance(1000);
    expect(await reply).toEqual({ kind: 'silent', reason: 'too slow' });
    expect(clock.timers).toBe(0);
  });

  it('is given up in the middle of an answer that never ends', async () => {
    const port = await serve((_, response) => void response.write('half'));
    const clock = createFakeClock();
    const reply = createPanelClient(clock).request(port, '/', { signal: forEver });
    await once(server, 'request');
    clock.advance(5000);
    expect(await reply).toMatchObject({ kind: 'silent', reason: 'too slow' });
  });

  it('is given up when the run ends, and an answer without end is cut off', async () => {
    const port = await serve((request, response) => {
      if (request.url === '/flood') response.end(Buffer.alloc(300 * 1024));
    });
    const stop = new AbortController();
    const client = createPanelClient(createSystemClock());
    const reply = client.request(port, '/', { signal: stop.signal });
    stop.abort();
    expect(await reply).toEqual({ kind: 'silent', reason: 'aborted' });
    expect(await client.request(port, '/flood', { signal: forEver })).toEqual({
      kind: 'silent',
      reason: 'too long',
    });
  });

  it('says how nobody answered', async () => {
    const port = await serve(() => undefined);
    server.close();
    await once(server, 'close');
    const reply = await createPanelClient(createSystemClock()).request(port, '/', { signal: forEver });
    expect(reply).toEqual({ kind: 'silent', reason: 'ECONNREFUSED' });
  });
});

describe('a panel that is awaited', () => {
  /** Each look moves the time on, and lets the requests in between be answered. */
  const patiently = { interval: 5, timeout: 5000 };

  it('is there once it answers below 500, although the first request is never answered', async () => {
    let requests = 0;
    const port = await serve((_, response) => {
      requests += 1;
      if (requests === 1) return;
      response.writeHead(requests === 2 ? 502 : 404).end();
    });
    const clock = createFakeClock();
    const options = { port, path: '/status', timeoutMs: 60_000, signal: forEver };
    const ready = awaitPanel(createPanelClient(clock), clock, options);
    await once(server, 'request');
    let isDone = false;
    void ready.then(() => (isDone = true));
    await expect
      .poll(async () => {
        await clock.advanceAsync(500);
        return isDone;
      }, patiently)
      .toBe(true);
    expect(await ready).toBe(true);
    expect(requests).toBe(3);
  });

  it('is not there when the time is up', async () => {
    const port = await serve((_, response) => void response.writeHead(503).end());
    const clock = createFakeClock();
    const options = { port, path: '/', timeoutMs: 10_000, signal: forEver };
    let ready: boolean | undefined;
    void awaitPanel(createPanelClient(clock), clock, options).then((answer) => (ready = answer));
    await expect
      .poll(async () => {
        await clock.advanceAsync(500);
        return ready;
      }, patiently)
      .toBe(false);
  });
});
