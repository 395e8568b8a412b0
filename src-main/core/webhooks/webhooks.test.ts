import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/fakes/clock.js';
import { createRun } from '../../../test/fakes/records.js';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import type { WebhookSettings } from '../config/webhook-config.js';
import { createEmitter } from '../emitter.js';
import { openRecords } from '../records/open-records.js';
import type { Records } from '../records/records.js';
import { backOff, longestWait } from './back-off.js';
import type { PostAnswer } from './post.js';
import { deliveriesFor } from './run-events.js';
import { signatureOf } from './sign.js';
import { createWebhooksPart, type WebhooksPart } from './webhooks-part.js';

let folder: ReturnType<typeof createTemporaryFolder>;
const hook: WebhookSettings = {
  url: 'https://mes.example/hook?token=hidden',
  events: ['run.started', 'run.ended'],
  secret: 'mes-key',
  only: {},
  timeout: 10_000,
  keep: { age: 30 * 86_400_000, size: 1_000_000 },
};
const station = { id: 'station-1', name: 'Line 2', host: 'line-2' };
const answer = (status: number, more: Partial<PostAnswer> = {}): Result<PostAnswer> =>
  ok({ status, retryAfter: null, text: '', ...more });
const minute = 60_000;

let clock: FakeClock;
let records: Records;
let part: WebhooksPart;
let hooks: Map<string, WebhookSettings>;
let settingsChanged: ReturnType<typeof createEmitter<void>>;
let received: { at: number; id: string; body: string; headers: Record<string, string> }[];
let respond: (message: { run: RunRecord; type: string }) => Result<PostAnswer> | null;
let number = 0;

function open(): void {
  const opened = openRecords({
    path: join(folder.path, 'records.db'),
    clock,
    host: 'line-2',
    alongside: (event, run) => ({
      labels: [],
      deliveries: deliveriesFor(event, run, {
        hooks,
        station,
        at: clock.now(),
        redact: (text) => text.replaceAll('open sesame', '•••'),
        newId: () => `00000000-0000-4000-8000-${String((number += 1)).padStart(12, '0')}`,
      }),
    }),
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  records = opened.value;
}

function begin(): void {
  part = createWebhooksPart({
    clock,
    outbox: records.outbox,
    hooks: () => hooks,
    settingsChanged,
    post: ({ body, headers }, signal) => {
      received.push({ at: clock.now(), id: headers['webhook-id'] ?? '', body, headers });
      const answered = respond(JSON.parse(body) as { run: RunRecord; type: string });
      if (answered !== null) return Promise.resolve(answered);
      return new Promise((resolve) => {
        const gone = fail('webhook-unreachable', { host: 'mes.example' }, 'aborted');
        signal.addEventListener('abort', () => resolve(gone), { once: true });
      });
    },
    secret: (name) => (name === 'mes-key' ? ok('a secret of the line') : fail('secret-missing', { name })),
    redact: (text) => text,
    station: () => station,
    random: () => 1,
    onDefect: (error) => {
      throw error;
    },
  });
}

beforeEach(() => {
  folder = createTemporaryFolder();
  clock = createFakeClock();
  hooks = new Map([['mes', hook]]);
  settingsChanged = createEmitter<void>();
  received = [];
  respond = () => answer(204);
  open();
  begin();
});

afterEach(async () => {
  const stopped = part.stop();
  await clock.advanceAsync(minute);
  await stopped;
  records.close();
  folder.dispose();
  expect(clock.timers).toBe(0);
});

function save(id: string, more: Partial<RunRecord> = {}): void {
  const saved = records.save(createRun({ id, startedAt: clock.now(), portIdentity: 'usb 1', ...more }));
  if (!saved.ok) throw new Error(saved.error.code);
}

const seen = (): string[] =>
  received.map(({ body }) => {
    const { type, run } = JSON.parse(body) as { type: string; run: RunRecord };
    return `${run.id} ${type}`;
  });
const waiting = async (): Promise<number | undefined> => {
  const list = await part.handlers['webhooks.list'](undefined);
  return list.ok ? list.value.hooks[0]?.waiting : undefined;
};

it('tells of a run that begins and one that ends, in that order, once each', async () => {
  save('run-0001', { verdict: null, endedAt: null });
  save('run-0001', { verdict: null, endedAt: null, unitSerial: 'SN-1' });
  save('run-0001', { verdict: 'PASS', unitSerial: 'SN-1' });
  await clock.advanceAsync(1000);
  expect(seen()).toEqual(['run-0001 run.started', 'run-0001 run.ended']);
  expect(await waiting()).toBe(0);
});

it('signs id, time and body, so that Standard Webhooks libraries can verify it', async () => {
  save('run-0001', { operator: 'open sesame' });
  await clock.advanceAsync(0);
  const [{ headers, body } = { headers: {} as Record<string, string>, body: '' }] = received;
  const { 'webhook-id': id = '', 'webhook-timestamp': at = '' } = headers;
  const mac = createHmac('sha256', 'a secret of the line').update(`${id}.${at}.${body}`).digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${mac}`);
  expect(Number(at)).toBe(clock.now() / 1000);
  expect(headers['idempotency-key']).toBe(id);
  expect(JSON.parse(body)).toMatchObject({ id, type: 'run.ended', station, run: { operator: '•••' } });
});

it('takes a secret of the standard’s form as base64', () => {
  // The example of the specification's reference libraries.
  const body = '{"test": 2432232314}';
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body };
  expect(signatureOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', message)).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});

describe('a receiver that fails', () => {
  it('is tried again after 5 s, 10 s, 20 s … with the same id, and gets everything in order when it is back', async () => {
    respond = () => fail('webhook-unreachable', { host: 'mes.example' }, 'ECONNREFUSED');
    const start = clock.now();
    save('run-0001');
    await clock.advanceAsync(36_000);
    expect(received.map(({ at }) => (at - start) / 1000)).toEqual([0, 5, 15, 35]);
    expect(new Set(received.map(({ id }) => id)).size).toBe(1);
    save('run-0002', { portIdentity: 'usb 2' });
    await clock.advanceAsync(1000);
    expect(received).toHaveLength(4);
    respond = () => answer(200);
    await clock.advanceAsync(minute);
    expect(seen().slice(4)).toEqual(['run-0001 run.ended', 'run-0002 run.ended']);
  });

  it('holds up the unit whose event it refuses and no other', async () => {
    respond = ({ run }) => answer(run.unitSerial === 'SN-1' ? 422 : 200, { text: 'no such order' });
    save('run-0001', { unitSerial: 'SN-1', portIdentity: 'usb 1' });
    save('run-0002', { unitSerial: 'SN-2', portIdentity: 'usb 2' });
    save('run-0003', { unitSerial: 'SN-1', portIdentity: 'usb 3' });
    await clock.advanceAsync(1000);
    expect(seen()).toEqual(['run-0001 run.ended', 'run-0002 run.ended']);
    const list = await part.handlers['webhooks.deliveries']({ hook: 'mes', limit: 10 });
    expect(list).toMatchObject({
      value: {
        deliveries: [
          { run: 'run-0001', attempts: 1, fault: { code: 'webhook-refused', detail: 'no such order' } },
          { run: 'run-0003', attempts: 0 },
        ],
      },
    });
    respond = () => answer(200);
    await clock.advanceAsync(5000);
    expect(seen().slice(-2)).toEqual(['run-0001 run.ended', 'run-0003 run.ended']);
  });

  it('may say when to come back', async () => {
    respond = () => answer(503, { retryAfter: 120_000 });
    save('run-0001');
    await clock.advanceAsync(119_000);
    expect(received).toHaveLength(1);
    await clock.advanceAsync(2000);
    expect(received).toHaveLength(2);
  });

  it('is not waited for longer than its time limit, and no redirect is followed', async () => {
    respond = () => null;
    save('run-0001');
    await clock.advanceAsync(10_500);
    const fault = async () => {
      const list = await part.handlers['webhooks.list'](undefined);
      return list.ok ? list.value.hooks[0]?.fault : null;
    };
    expect(await fault()).toMatchObject({ code: 'webhook-timeout', params: { seconds: 10 } });
    respond = () => answer(302);
    await clock.advanceAsync(6000);
    expect(await fault()).toMatchObject({ code: 'webhook-redirected', params: { status: 302 } });
  });

  it('that is gone for good (410) is left alone until somebody asks', async () => {
    respond = () => answer(410);
    save('run-0001');
    await clock.advanceAsync(60 * minute);
    expect(received).toHaveLength(1);
    expect(part.faults()).toMatchObject([{ fault: { code: 'webhook-gone', params: { count: 1 } } }]);
    respond = () => answer(200);
    expect(await part.handlers['webhooks.retry']({ hook: 'mes' })).toEqual(ok());
    await clock.advanceAsync(0);
    expect(await waiting()).toBe(0);
    expect(part.faults()).toEqual([]);
  });

  it('is a fault of the station after ten minutes', async () => {
    respond = () => answer(500);
    save('run-0001');
    await clock.advanceAsync(9 * minute);
    expect(part.faults()).toEqual([]);
    await clock.advanceAsync(2 * minute);
    expect(part.faults()).toMatchObject([{ source: 'webhook mes', fault: { code: 'webhook-failing' } }]);
  });
});

describe('the outbox', () => {
  it('survives the station: what was committed is delivered by the next one, under the same id', async () => {
    respond = () => fail('webhook-unreachable', { host: 'mes.example' });
    save('run-0001');
    await clock.advanceAsync(1000);
    const stopped = part.stop();
    await clock.advanceAsync(5000);
    await stopped;
    records.close();
    await clock.advanceAsync(3 * 86_400_000);
    respond = () => answer(200);
    open();
    begin();
    await clock.advanceAsync(1000);
    expect(new Set(received.map(({ id }) => id)).size).toBe(1);
    expect(await waiting()).toBe(0);
  });

  it('gives up the oldest beyond its limits, says so until somebody has read it, and keeps the rest', async () => {
    const size = 3500;
    hooks = new Map([['mes', { ...hook, keep: { age: null, size } }]]);
    settingsChanged.emit();
    respond = () => answer(500);
    for (let index = 1; index <= 5; index += 1) save(`run-000${index}`, { portIdentity: `usb ${index}` });
    await clock.advanceAsync(2 * minute);
    const kept = await waiting();
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(5);
    expect(part.faults()).toMatchObject([
      { fault: { code: 'webhook-lost', params: { count: 5 - (kept ?? 0) } } },
    ]);
    const list = await part.handlers['webhooks.deliveries']({ hook: 'mes', limit: 10 });
    expect(list.ok && list.value.deliveries.at(-1)?.run).toBe('run-0005');
    await part.handlers['webhooks.acknowledge']({ hook: 'mes' });
    expect(part.faults().filter(({ fault }) => fault.code === 'webhook-lost')).toEqual([]);
  });

  it('gives up what is too old', async () => {
    hooks = new Map([['mes', { ...hook, keep: { age: 60 * minute, size: null } }]]);
    settingsChanged.emit();
    respond = () => answer(500);
    save('run-0001');
    await clock.advanceAsync(120 * minute);
    expect(await waiting()).toBe(0);
    expect(part.faults()).toMatchObject([{ fault: { code: 'webhook-lost', params: { count: 1 } } }]);
  });

  it('keeps what a webhook that left station.yaml was to be told, and drops it when it is told to', async () => {
    respond = () => answer(500);
    save('run-0001');
    await clock.advanceAsync(1000);
    hooks = new Map();
    settingsChanged.emit();
    const list = await part.handlers['webhooks.list'](undefined);
    expect(list).toMatchObject({ value: { hooks: [{ name: 'mes', state: 'removed', waiting: 1 }] } });
    expect(await part.handlers['webhooks.drop']({ hook: 'mes' })).toEqual(ok({ dropped: 1 }));
    expect(await part.handlers['webhooks.drop']({ hook: 'nobody' })).toMatchObject({
      error: { code: 'webhook-unknown' },
    });
  });

  it('hears what another process asks of it', async () => {
    respond = () => answer(500);
    save('run-0001');
    await clock.advanceAsync(60 * minute);
    const tries = received.length;
    const beside = openRecords({ path: join(folder.path, 'records.db'), clock, host: 'line-2' });
    if (!beside.ok) throw new Error(beside.error.code);
    beside.value.outbox.ask('mes', clock.now());
    beside.value.close();
    await clock.advanceAsync(20_000);
    expect(received.length).toBeGreaterThan(tries);
  });
});

it('tells only of what the webhook wants', async () => {
  hooks = new Map([['mes', { ...hook, events: ['run.ended'], only: { verdicts: ['FAIL'], bays: [2] } }]]);
  save('run-0001', { verdict: 'FAIL', bay: 1 });
  save('run-0002', { verdict: 'PASS', bay: 2 });
  save('run-0003', { verdict: null, endedAt: null, bay: 2 });
  save('run-0004', { verdict: 'FAIL', bay: 2 });
  await clock.advanceAsync(1000);
  expect(seen()).toEqual(['run-0004 run.ended']);
});

it('shows an address without its query, and of a secret one nothing', async () => {
  hooks = new Map<string, WebhookSettings>([
    ['mes', hook],
    ['chat', { ...hook, url: { secret: 'chat-url' } }],
  ]);
  settingsChanged.emit();
  const list = await part.handlers['webhooks.list'](undefined);
  expect(list.ok && list.value.hooks.map(({ url }) => url)).toEqual(['https://mes.example/hook', '•••']);
});

it('waits twice as long each time, up to an hour, with a random half left out', () => {
  expect([1, 2, 3, 30].map((failures) => backOff(failures, 1))).toEqual([5000, 10_000, 20_000, longestWait]);
  expect(backOff(1, 0)).toBe(2500);
});
