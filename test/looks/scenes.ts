import type { BayRun, BayView } from '../../src-shared/model/bay.js';
import { fault } from '../../src-shared/model/result.js';
import type { Phase, RunRecord, Verdict } from '../../src-shared/model/run.js';
import type { RecipesView, Settings, StationView } from '../../src-shared/model/station.js';

/** Stations to look at: made up, but each as a real one could be. */

const minute = 60_000;
const title = { en: 'Widgy, widgetOS 4.2', es: 'Widgy, widgetOS 4.2' };
const labels = ['Left bench', 'Right bench', 'Line 2, upper shelf', 'Fixture A'];

function port(number: number): NonNullable<BayView['port']> {
  return {
    path: `/dev/ttyACM${number - 1}`,
    node: `/dev/ttyACM${number - 1}`,
    kind: 'device',
    physicalPath: `usb:1-1.${number}:1.0`,
    vendorId: '2341',
    productId: '0043',
    serialNumber: `A90${number}77B`,
    product: 'Widgy Serial',
    interfaceNumber: 0,
    identity: `${number}`,
  };
}

function bay(number: number, part: Partial<BayView> = {}): BayView {
  return {
    number,
    label: labels[(number - 1) % labels.length] ?? '',
    enabled: true,
    physicalPath: `usb:1-1.${number}:1.0`,
    status: 'empty',
    reason: null,
    port: null,
    recipe: null,
    run: null,
    hold: null,
    ...part,
  };
}

function plugged(number: number, part: Partial<BayView>): BayView {
  return bay(number, {
    port: port(number),
    recipe: { name: 'widgy', title, model: 'widgy', hasPanel: true },
    ...part,
  });
}

function run(number: number, part: Partial<BayRun> = {}): BayRun {
  return {
    id: `01J9ZQ4W-${String(number).padStart(4, '0')}`,
    attempt: 1,
    adopted: false,
    unitSerial: `W-${String(number).padStart(4, '0')}`,
    phase: 'flash',
    progress: { step: 'write', percent: 42, message: 'Sending block 1720 of 4096' },
    startedAt: Date.now() - 41_000 - number * 7_000,
    endedAt: null,
    expectedMs: 95_000,
    panelPort: 1079 + number,
    panelReady: true,
    asks: null,
    allowance: null,
    test: null,
    containerId: '4f1e9a77c0de4f1e9a77c0de',
    verdict: null,
    fault: null,
    ...part,
  };
}

function running(number: number, percent: number | null, phase: Phase = 'flash'): BayView {
  const progress = { step: 'write', percent, message: `Sending block ${(percent ?? 0) * 41} of 4096` };
  return plugged(number, { status: 'running', run: run(number, { phase, progress }) });
}

function ended(number: number, verdict: Verdict): BayView {
  const faults: Record<Verdict, BayRun['fault']> = {
    PASS: null,
    FAIL: fault('test-failed', { test: 'self-test', reason: 'voltage 2.91 V, expected 3.20 to 3.40' }),
    ERROR: fault('container-out-of-memory'),
    TIMEOUT: fault('flash-stalled', { seconds: 60 }),
    ABORTED: fault('unplugged'),
  };
  const endedAt = Date.now() - 10_000;
  return plugged(number, {
    status: 'ended',
    run: run(number, {
      phase: 'finish',
      progress: { percent: verdict === 'PASS' ? 100 : 63 },
      startedAt: endedAt - 88_000 - number * 1000,
      endedAt,
      panelPort: null,
      panelReady: false,
      asks: null,
      test: null,
      verdict,
      fault: faults[verdict],
    }),
  });
}

const all: ((number: number) => BayView)[] = [
  (number) => running(number, 64),
  (number) => ended(number, 'PASS'),
  (number) => ended(number, 'FAIL'),
  (number) => running(number, 8),
  (number) => ended(number, 'TIMEOUT'),
  (number) => ended(number, 'ERROR'),
  (number) => ended(number, 'ABORTED'),
  (number) => plugged(number, { status: 'ready', reason: fault('waiting-for-operator') }),
  (number) => running(number, null, 'start'),
  (number) =>
    bay(number, {
      status: 'unmatched',
      port: port(number),
      reason: fault('recipe-none-matches', { port: '/dev/ttyACM9' }),
    }),
  (number) => bay(number, { status: 'disabled', enabled: false, port: port(number) }),
  (number) =>
    plugged(number, {
      status: 'blocked',
      reason: fault('image-support-too-low', {
        image: 'widget-deployer',
        model: 'fidly',
        found: 'Beta',
        needed: 'Stable',
      }),
    }),
  (number) => bay(number),
  (number) => bay(number, { status: 'settling', port: port(number) }),
  (number) => ended(number, 'PASS'),
  (number) => running(number, 97, 'test'),
];

export function bays(count: number): BayView[] {
  return Array.from({ length: count }, (_, index) => (all[index % all.length] ?? bay)(index + 1));
}

export function station(settings: Partial<Settings>, hasFaults: boolean): StationView {
  return {
    settings: {
      name: 'Line 2',
      workspace: '/workspace',
      autoFlash: true,
      locale: 'en',
      theme: 'light',
      operator: 'J. Álvarez',
      ...settings,
    },
    home: '/home/line2/.slipway',
    host: 'line2',
    engine: hasFaults
      ? {
          state: 'unavailable',
          endpoint: 'unix:///var/run/docker.sock',
          version: null,
          apiVersion: null,
          fault: fault('engine-absent', { endpoint: 'unix:///var/run/docker.sock' }),
        }
      : {
          state: 'ready',
          endpoint: 'unix:///var/run/docker.sock',
          version: '20.10.24',
          apiVersion: '1.41',
          fault: null,
        },
    faults: hasFaults
      ? [
          {
            source: 'ports',
            since: Date.now(),
            fault: fault('port-watch-failed', { path: '/dev', reason: 'ENOSPC' }),
          },
        ]
      : [],
    counters: { since: Date.now() - 240 * minute, runs: 133, units: 128, pass: 121, fail: 5, other: 7 },
  };
}

export const recipes: RecipesView = {
  recipes: [
    {
      name: 'widgy',
      title,
      model: 'widgy',
      image: 'widget-deployer',
      file: '/home/line2/.slipway/recipes/widgy.yaml',
      hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    },
    {
      name: 'fidly',
      title: { en: 'Fidly, beta', es: 'Fidly, beta' },
      model: 'fidly',
      image: 'widget-deployer',
      file: '/home/line2/.slipway/recipes/fidly.yaml',
      hash: '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752',
    },
  ],
  problems: [
    {
      file: '/home/line2/.slipway/recipes/widgeton.yaml',
      line: 14,
      column: 7,
      at: 'flash.progress[0].percent',
      message: 'expected-number',
    },
  ],
};

export function record(view: BayView): RunRecord {
  const { run: current } = view;
  const startedAt = current?.startedAt ?? 0;
  return {
    id: current?.id ?? '',
    bay: view.number,
    bayLabel: view.label,
    physicalPath: view.physicalPath,
    portPath: view.port?.path ?? '',
    portIdentity: view.port?.identity ?? '',
    attempt: current?.attempt ?? 1,
    recipe: 'widgy',
    recipeHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    model: 'widgy',
    unitSerial: current?.unitSerial ?? null,
    imageName: 'widget-deployer:latest',
    imageId: 'sha256:08d585429b174a4c27c89c47adf6f7bbb76d7cf3a246ca67562f257a7c66dc2d',
    imageDigest: null,
    containerId: current?.containerId ?? null,
    hostPort: current?.panelPort ?? null,
    contentHash: 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c',
    startedAt,
    endedAt: current?.endedAt ?? null,
    phases: [
      { phase: 'prepare', startedAt, endedAt: startedAt + 900 },
      { phase: 'create', startedAt: startedAt + 900, endedAt: startedAt + 1400 },
      { phase: 'start', startedAt: startedAt + 1400, endedAt: startedAt + 2600 },
      { phase: 'panel', startedAt: startedAt + 2600, endedAt: startedAt + 4800 },
      { phase: 'flash', startedAt: startedAt + 4800, endedAt: current?.endedAt ?? null },
    ],
    tests:
      current?.verdict === 'FAIL'
        ? [
            {
              name: 'boots',
              kind: 'exec',
              optional: false,
              attempts: [],
              verdict: 'PASS',
              startedAt,
              endedAt: startedAt + 4200,
              exitCode: 0,
            },
            {
              name: 'self-test',
              kind: 'exec',
              optional: false,
              attempts: [],
              verdict: 'FAIL',
              startedAt: startedAt + 4200,
              endedAt: startedAt + 9900,
              exitCode: 1,
              ...(current.fault === null ? {} : { fault: current.fault }),
            },
          ]
        : [],
    verdict: current?.verdict ?? null,
    fault: current?.fault ?? null,
    operator: 'J. Álvarez',
    host: 'line2',
    allowance: null,
    firstRun: null,
    identity: null,
  };
}
