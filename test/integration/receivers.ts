import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { runRecordSchema, type RunRecord } from '../../src-shared/model/run.js';
import { makeBench, type Bench } from './station-harness.js';
import { writeRecipes } from './unit-recipes.js';

// What stands at the other end of a station's webhooks and labels, for real: on 127.0.0.1, each at a port of its own.

const eventSchema = z.object({
  id: z.string(),
  type: z.string(),
  run: runRecordSchema.nullable().default(null),
});

export interface HeardEvent {
  /** The same at every attempt. */
  id: string;
  type: string;
  run: RunRecord | null;
  /** Whether its signature is that of the key, over just these bytes. */
  isSigned: boolean;
}

export interface HookReceiver {
  readonly url: string;
  /** Every attempt, in order. */
  readonly heard: HeardEvent[];
  dispose(): Promise<void>;
}

/** A receiver of webhooks that takes everything, and looks whether it was signed with `key`. */
export async function listenForHooks(key: string): Promise<HookReceiver> {
  const heard: HeardEvent[] = [];
  const server = createHttpServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { id, type, run } = eventSchema.parse(JSON.parse(body));
      const {
        'webhook-id': named,
        'webhook-timestamp': at,
        'webhook-signature': signature,
      } = request.headers;
      const mac = createHmac('sha256', key)
        .update(`${String(named)}.${String(at)}.${body}`)
        .digest('base64');
      heard.push({ id, type, run, isSigned: named === id && signature === `v1,${mac}` });
      response.writeHead(204).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    heard,
    async dispose() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export interface LabelPrinter {
  /** As `printer.tcp` of station.yaml wants it. */
  readonly address: string;
  /** Each whole label that came out, in order. */
  readonly printed: string[];
  dispose(): Promise<void>;
}

/** Ready, with paper: what a ZPL printer answers to `~HS`. */
const isReady =
  '\x02030,0,0,0370,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n';

/** A network label printer that is always ready. It prints what came whole, as a printer does: `^XA` to `^XZ`. */
export async function listenForLabels(): Promise<LabelPrinter> {
  const printed: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let rest = '';
    socket.on('data', (chunk) => {
      rest += chunk.toString('latin1');
      if (rest.includes('~HS')) socket.write(isReady);
      rest = rest.replace('~HS\r\n', '');
      for (let end = rest.indexOf('^XZ'); end >= 0; end = rest.indexOf('^XZ')) {
        printed.push(rest.slice(rest.indexOf('^XA'), end + 3));
        rest = rest.slice(end + 3);
      }
    });
    // A station that is killed resets the line; what came of a label is thrown away.
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    printed,
    async dispose() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** A bench whose station tells of every run, and prints a label of each unit that passes. */
export interface TellingBench {
  bench: Bench;
  hooks: HookReceiver;
  printer: LabelPrinter;
}

export async function makeTellingBench(recipes: Record<string, unknown>[]): Promise<TellingBench> {
  const key = 'the key of the order system';
  const hooks = await listenForHooks(key);
  const printer = await listenForLabels();
  const bench = await makeBench({
    settle: '50ms',
    webhooks: { orders: { url: hooks.url, secret: 'orders-key', events: ['run.started', 'run.ended'] } },
    labels: { unit: { template: 'labels/unit.yaml', printer: { tcp: printer.address }, print: 'pass' } },
  });
  bench.defer(() => hooks.dispose());
  bench.defer(() => printer.dispose());
  appendFileSync(join(bench.home, 'secrets'), `orders-key: ${key}\n`);
  mkdirSync(join(bench.home, 'labels'));
  writeFileSync(
    join(bench.home, 'labels/unit.yaml'),
    "size: [50, 30]\nelements:\n  - { text: '{run}', at: [2, 2] }\n  - { text: '{serial}', at: [2, 9] }\n",
  );
  writeRecipes(bench.home, recipes);
  return { bench, hooks, printer };
}

/** How many labels of a run came out; ZPL may write its hyphens as `_2D`. */
export function labelsOf(printer: LabelPrinter, text: string): number {
  const pattern = new RegExp(text.replaceAll('-', '(-|_2D)'));
  return printer.printed.filter((label) => pattern.test(label)).length;
}
