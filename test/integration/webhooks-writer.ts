// A station's outbox, to be killed at any moment by webhooks.test.ts: it commits runs that end and delivers what waits.
// Each run is told on standard output before the next step, once it is committed.
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ok } from '../../src-shared/model/result.js';
import { createSystemClock } from '../../src-main/core/clock.js';
import { createEmitter } from '../../src-main/core/emitter.js';
import { openRecords } from '../../src-main/core/records/open-records.js';
import { newRunId } from '../../src-main/core/records/run-id.js';
import { postOverHttp } from '../../src-main/core/webhooks/post.js';
import { deliveriesFor } from '../../src-main/core/webhooks/run-events.js';
import { createWebhooksPart } from '../../src-main/core/webhooks/webhooks-part.js';
import { createRun } from '../fakes/records.js';

const [home = '', url = '', mode = ''] = process.argv.slice(2);
const clock = createSystemClock();
const station = { id: 'station-1', name: 'Line 2', host: 'line-2' };
const hooks = new Map([
  [
    'mes',
    {
      url,
      events: ['run.started' as const, 'run.ended' as const],
      secret: 'mes-key',
      only: {},
      timeout: 5000,
      keep: { age: null, size: null },
    },
  ],
]);
const records = openRecords({
  path: join(home, 'records.db'),
  clock,
  host: 'line-2',
  alongside: (event, run) => ({
    labels: [],
    deliveries: deliveriesFor(event, run, {
      hooks,
      station,
      at: clock.now(),
      redact: (text) => text,
      newId: randomUUID,
    }),
  }),
});
if (!records.ok) throw new Error(records.error.detail);
const part = createWebhooksPart({
  clock,
  outbox: records.value.outbox,
  hooks: () => hooks,
  settingsChanged: createEmitter<void>(),
  post: postOverHttp,
  secret: () => ok('a secret of the line'),
  redact: (text) => text,
  station: () => station,
  random: () => 0,
  onDefect: (error) => {
    throw error;
  },
});
writeSync(1, 'ready\n');

if (mode === 'drain') {
  for (;;) {
    const tallies = records.value.outbox.tallies();
    if (tallies.ok && tallies.value.every(({ waiting }) => waiting === 0)) break;
    await wait(20);
  }
  await part.stop();
  records.value.close();
} else {
  for (let number = 0; ; number += 1) {
    const run = createRun({
      id: newRunId(clock),
      startedAt: clock.now(),
      unitSerial: `SN-${number % 3}`,
      portIdentity: `usb ${number % 3} ${process.pid}`,
      verdict: null,
      endedAt: null,
    });
    for (const state of [run, { ...run, verdict: 'PASS' as const, endedAt: clock.now() }]) {
      const saved = records.value.save(state);
      if (!saved.ok) throw new Error(saved.error.detail);
      writeSync(
        1,
        `${run.id} ${state.verdict === null ? 'run.started' : 'run.ended'} ${run.unitSerial ?? ''}\n`,
      );
      await wait(Math.random() * 6);
    }
  }
}
