import { execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { build } from 'vite';
import { build as buildSlipway } from '../../scripts/build.mjs';

const projectRoot = join(import.meta.dirname, '../..');
/** How often the station is killed. */
const kills = 40;

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  id: string;
  /** What it tells of: run, event, unit. */
  what: string;
}

let home: string;
let server: Server;
let received: Received[];
let respond: (response: ServerResponse, message: Received) => void;
const urlOf = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'slipway-webhooks-'));
  received = [];
  respond = (response) => response.writeHead(204).end();
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { id, type, run } = JSON.parse(body) as {
        id: string;
        type: string;
        run?: { id: string; unitSerial: string };
      };
      const what = run === undefined ? type : `${run.id} ${type} ${run.unitSerial}`;
      const message = { headers: request.headers, body, id, what };
      received.push(message);
      respond(response, message);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(home, { recursive: true, force: true });
});

describe('a station that is killed at any moment', () => {
  let built: string;
  beforeAll(async () => {
    mkdirSync(join(projectRoot, '.cache'), { recursive: true });
    built = mkdtempSync(join(projectRoot, '.cache', 'webhooks-writer-'));
    await build({
      configFile: false,
      root: projectRoot,
      logLevel: 'error',
      build: {
        ssr: join(import.meta.dirname, 'webhooks-writer.ts'),
        outDir: built,
        rolldownOptions: { output: { entryFileNames: 'writer.mjs' } },
      },
    });
  });
  afterAll(() => rmSync(built, { recursive: true, force: true }));

  async function runAndKill(): Promise<string[]> {
    const child = spawn(process.execPath, [join(built, 'writer.mjs'), home, urlOf()], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let complaints = '';
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    const closed = once(child, 'close');
    const committed: string[] = [];
    const enough = 2 + Math.floor(Math.random() * 8);
    for await (const line of createInterface({ input: child.stdout })) {
      if (/SN-\d$/.test(line)) committed.push(line);
      if (committed.length === enough) setTimeout(() => child.kill('SIGKILL'), Math.random() * 20);
    }
    await closed;
    expect(complaints).toBe('');
    expect(child.signalCode).toBe('SIGKILL');
    return committed;
  }

  it(`loses no event of a committed run, repeats one only under its id, in order a unit: ${kills} times`, async () => {
    const committed: string[] = [];
    // Some answers come late, some never, some are refusals: what is on its way when it is killed differs.
    respond = (response) => {
      const luck = Math.random();
      if (luck < 0.1) response.destroy();
      else if (luck < 0.2) setTimeout(() => response.writeHead(200).end(), 30);
      else response.writeHead(200).end();
    };
    for (let round = 0; round < kills; round += 1) committed.push(...(await runAndKill()));
    respond = (response) => response.writeHead(200).end();
    const drained = spawn(process.execPath, [join(built, 'writer.mjs'), home, urlOf(), 'drain']);
    expect(await once(drained, 'exit')).toEqual([0, null]);

    const told = new Map<string, string>();
    const order: string[] = [];
    for (const { id, what } of received) {
      expect(told.get(what) ?? id, `${what} has one id`).toBe(id);
      if (!told.has(what)) order.push(what);
      told.set(what, id);
    }
    expect(committed.filter((what) => !told.has(what))).toEqual([]);
    expect(committed.length).toBeGreaterThan(kills);
    for (const unit of ['SN-0', 'SN-1', 'SN-2']) {
      const ofUnit = (list: string[]): string[] => list.filter((what) => what.endsWith(unit));
      const known = new Set(committed);
      expect(ofUnit(order.filter((what) => known.has(what)))).toEqual(ofUnit(committed));
    }
    console.info(
      `webhooks-kill: ${JSON.stringify({ kills, committed: committed.length, requests: received.length })}`,
    );
  }, 180_000);
});

describe('slipway webhooks', () => {
  beforeAll(() => buildSlipway({ log: () => undefined }), 600_000);

  function configure(more = ''): void {
    writeFileSync(
      join(home, 'station.yaml'),
      `name: Line 2\nlocale: en\nwebhooks:\n  mes:\n    url: ${urlOf()}\n    secret: mes-key\n${more}`,
    );
    writeFileSync(join(home, 'secrets'), 'mes-key: a secret of the line\n', { mode: 0o600 });
  }

  const slipway = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const env = { ...process.env, LANG: 'en_US.UTF-8' };
      const child = execFile(
        process.execPath,
        ['bin/slipway.js', 'webhooks', ...args, '--home', home],
        { env, cwd: projectRoot },
        (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
      );
    });

  it('test: sends a signed event and says what the receiver answered', async () => {
    configure();
    expect(await slipway('test', 'mes')).toMatchObject({ code: 0 });
    const [{ headers, body } = { headers: {} as IncomingHttpHeaders, body: '' }] = received;
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const mac = createHmac('sha256', 'a secret of the line').update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${mac}`);
    expect(headers['content-type']).toMatch(/^application\/json/);
    respond = (response) => response.writeHead(403).end('who are you, a secret of the line?');
    const refused = await slipway('test', 'mes');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('HTTP 403');
    expect(refused.out + refused.err).not.toContain('a secret of the line');
  });

  it('test: follows no redirect, and names a receiver that is not there', async () => {
    configure();
    respond = (response) => response.writeHead(307, { location: `${urlOf()}/elsewhere` }).end();
    expect(await slipway('test', 'mes')).toMatchObject({ code: 1 });
    expect(received).toHaveLength(1);
    server.close();
    server.closeAllConnections();
    expect((await slipway('test', 'mes')).err).toContain('gave no answer');
  });

  it('list, drop and retry work without a station, and an unknown name is wrong usage', async () => {
    configure();
    expect((await slipway('list')).out).toMatch(/mes +up to date +0 +0 +0/);
    expect(await slipway('retry', 'mes')).toMatchObject({ code: 0 });
    expect((await slipway('drop', 'mes')).out).toContain('Nothing waited');
    expect(await slipway('drop', 'nobody')).toMatchObject({ code: 64 });
  });

  it('a wrong entry of station.yaml is named with its place', async () => {
    configure('  Bad Name:\n    url: ftp://x\n    secret: s\n');
    const { code, err } = await slipway('list');
    expect(code).toBe(2);
    expect(err).toMatch(/station\.yaml:7:/);
  });
});
