import { fault } from '../../src-shared/model/result.js';
import type { LabelDrawing, LabelJob } from '../../src-shared/model/label.js';
import type { WebhookView } from '../../src-shared/model/webhook.js';

/** Labels and webhooks to look at: what was printed, what waits, what is gone. */

const minute = 60_000;
const ok = <Value>(value: Value) => ({ ok: true as const, value });

const drawing: LabelDrawing = {
  width: 50,
  height: 30,
  dotsPerMm: 8,
  shapes: [
    { kind: 'box', x: 1, y: 1, width: 48, height: 28, thickness: 0.3 },
    { kind: 'text', x: 3, y: 3, height: 4, width: 44, text: 'WIDGY' },
    { kind: 'text', x: 3, y: 9, height: 3, width: 44, text: 'SN W-02480' },
    {
      kind: 'code',
      data: 'W-02480',
      rects: Array.from({ length: 30 }, (_, index) => [3 + index * 1.4, 15, 0.4 + (index % 3) * 0.3, 9]),
    },
  ],
};

function job(change: Partial<LabelJob>): LabelJob {
  return {
    id: '7b5c2b54-0000-4000-8000-000000000001',
    run: '01970000-0000-7000-8000-000000000000',
    label: 'unit',
    copy: 1,
    operator: 'J. Álvarez',
    reason: null,
    askedAt: Date.now() - 30 * minute,
    state: 'printed',
    printer: 'tcp 192.168.1.50:9100',
    contentHash: null,
    endedAt: Date.now() - 30 * minute,
    attempts: 1,
    due: 0,
    fault: null,
    ...change,
  };
}

function hook(change: Partial<WebhookView>): WebhookView {
  return {
    name: 'mes',
    url: 'https://mes.example/slipway/runs',
    events: ['run.started', 'run.ended'],
    state: 'idle',
    waiting: 0,
    waitingBytes: 0,
    oldestAt: null,
    delivered: 4210,
    deliveredAt: Date.now() - 2 * minute,
    lost: 0,
    lostFrom: null,
    lostUntil: null,
    fault: null,
    nextAt: null,
    ...change,
  };
}

const waiting = { waiting: 37, waitingBytes: 91_000, oldestAt: Date.now() - 90 * minute };

export const webhookScene: WebhookView[] = [
  hook({}),
  hook({
    ...waiting,
    name: 'warehouse',
    url: 'https://warehouse.example/hooks/•••',
    events: ['run.ended'],
    state: 'waiting',
    fault: fault('webhook-timeout', { seconds: 10 }),
    nextAt: Date.now() + 4 * minute,
    lost: 3,
    lostFrom: Date.now() - 300 * minute,
    lostUntil: Date.now() - 200 * minute,
  }),
];

export const deliveryAnswers = {
  'labels.list': () =>
    ok({
      labels: [{ name: 'unit', printer: 'tcp 192.168.1.50:9100', automatic: true }],
      jobs: [
        job({
          id: '7b5c2b54-0000-4000-8000-000000000002',
          copy: 2,
          reason: 'torn',
          state: 'uncertain',
          endedAt: null,
        }),
        job({}),
      ],
    }),
  'labels.preview': () => ok({ drawing }),
  'webhooks.deliveries': () =>
    ok({
      deliveries: Array.from({ length: 12 }, (_, index) => ({
        id: `7b5c2b54-0000-4000-8000-0000000001${String(index).padStart(2, '0')}`,
        hook: 'warehouse',
        event: index % 2 === 0 ? 'run.ended' : 'run.started',
        run: `01970000-0000-7000-8000-${String(index).padStart(12, '0')}`,
        unit: `W-0${2480 - index}`,
        at: Date.now() - (90 - index) * minute,
        bytes: 2400 + index,
        attempts: index === 0 ? 9 : 0,
        due: Date.now() + 4 * minute,
        fault: index === 0 ? fault('webhook-timeout', { seconds: 10 }) : null,
      })),
    }),
};
