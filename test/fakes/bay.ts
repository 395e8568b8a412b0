import type { Port } from '../../src-shared/model/port.js';
import { createMessages } from '../../src-shared/messages/messages.js';
import { fail, ok } from '../../src-shared/model/result.js';
import { defaultTimes } from '../../src-main/core/bays/bay-events.js';
import { createBayMachine } from '../../src-main/core/bays/bay-machine.js';
import {
  createBayController,
  type BayController,
  type BayParts,
} from '../../src-main/core/bays/bay-controller.js';
import type { PanelClient, PanelReply } from '../../src-main/core/flash/panel-client.js';
import type { RunState } from '../../src-main/core/bays/run-state.js';
import type { LoadedRecipe } from '../../src-main/core/recipes/match.js';
import { aPort } from './bay-data.js';
import { createFakeClock, type FakeClock } from './clock.js';
import { createImageWatch, type ImageWatch } from '../../src-main/core/images/image-watch.js';
import { createFakeEngine, type FakeEngine } from './engine.js';
import { createFakeUnit, type FakeUnit } from './unit.js';
import { parsedRecipe } from './recipes.js';
import { createFakeRecords, createFakeRunLogs, type FakeRecords, type FakeRunLogs } from './records.js';

/** One bay with everything around it in memory, and the strings to pull. */
export interface FakeBay {
  bay: BayController;
  clock: FakeClock;
  engine: FakeEngine;
  images: ImageWatch;
  records: FakeRecords;
  /** What is at the other end of the port. */
  unit: FakeUnit;
  logs: FakeRunLogs;
  verdicts: RunState[];
  defects: unknown[];
  /** What the station was told of its records, the latest last. */
  health: (string | null)[];
  /** What the panel answers, by `METHOD path`; anything else is silence. */
  panel: Map<string, PanelReply | Promise<PanelReply>>;
  /** Every request to the panel, in order. */
  requests: string[];
  /** The node behind the port is not the one that was plugged in any more. */
  changePort(): void;
  /** The workspace's content changes. */
  changeContent(): void;
  /** What reading the workspace waits for. */
  beforeContent: () => Promise<void>;
  plug(change?: Partial<Port>): Promise<Port>;
  /** Lets time pass, and whatever is on its way arrive. */
  pass(ms?: number): Promise<void>;
  /** The lines of the last run's log. */
  lines(): string[];
}

export const httpRecipe = `name: widgy
title: { en: Widgy, es: Widgy }
model: widgy
minimumSupport: unknown
match: { path: '/dev/tty*' }
image: { name: 'flasher:latest' }
container:
  panelPort: 80
  env: { magicNumber: { secret: magicNumber } }
flash:
  start: { http: { path: /flash } }
  ready: { path: /status, timeout: 5s }
  progress: [{ http: { path: /status, percent: percent, unitSerial: serial } }]
  success: [{ http: { path: /status, field: state, equals: done } }]
  failure: [{ http: { path: /status, field: state, equals: error } }]
  timeout: 60s
  stall: 20s
`;

export const logRecipe = `name: plain
title: { en: Plain, es: Sencilla }
model: plain
minimumSupport: unknown
match: { path: '/dev/tty*' }
image: { name: 'flasher:latest' }
flash:
  progress: [{ log: 'PROGRESS (?<percent>[0-9]+)' }]
  success: [{ log: '^DONE' }, { exitCode: 0 }]
  failure: [{ log: '^ERROR' }, { exitCode: 3 }]
  timeout: 60s
  stall: 20s
`;

export function createFakeBay(options: { recipe?: string; automatic?: boolean } = {}): FakeBay {
  const clock = createFakeClock();
  const engine = createFakeEngine({ clock, stationId: 'station-1' });
  const images = createImageWatch({ engine, clock });
  const records = createFakeRecords();
  const unit = createFakeUnit(clock);
  const logs = createFakeRunLogs();
  const { recipe, hash } = parsedRecipe(options.recipe ?? httpRecipe);
  const loaded: LoadedRecipe = { recipe, hash, file: 'recipe.yaml' };
  const panel: FakeBay['panel'] = new Map();
  const requests: string[] = [];
  const verdicts: RunState[] = [];
  const defects: unknown[] = [];
  const health: (string | null)[] = [];
  let portIsSame = true;
  let content = 'a'.repeat(64);
  let runs = 0;
  const takenPorts = new Map<number, number>();

  const panelClient: PanelClient = {
    request(_port, path, { method = 'GET' }) {
      requests.push(`${method} ${path}`);
      return Promise.resolve(panel.get(`${method} ${path}`) ?? { kind: 'silent', reason: 'ECONNREFUSED' });
    },
  };
  const parts: BayParts = {
    clock,
    engine,
    images,
    records,
    logs,
    panelClient,
    hostPorts: {
      take: (bay, refused) => {
        let port = 1079 + bay;
        while (refused.has(port)) port += 1;
        takenPorts.set(bay, port);
        return Promise.resolve(ok(port));
      },
      note: (bay, port) => void takenPorts.set(bay, port),
      release: (bay) => void takenPorts.delete(bay),
    },
    stationId: 'station-1',
    host: 'test',
    messages: () => createMessages('en'),
    workspace: () => '/workspace',
    secret: (name) => (name === 'magicNumber' ? ok('8974c408d831') : fail('secret-missing', { name })),
    redact: (text) => text.replaceAll('8974c408d831', '•••'),
    hashContent: async () => {
      await fake.beforeContent();
      return ok({ hash: content });
    },
    portIsSame: () => portIsSame,
    serial: unit,
    newRunId: () => {
      runs += 1;
      return `run-${String(runs).padStart(6, '0')}`;
    },
    times: defaultTimes,
    matchRecipe: () => ok(loaded),
    findRecipe: (name) => (name === recipe.name ? loaded : undefined),
    operator: () => 'ana',
    onRecordsHealth: (problem) => void health.push(problem?.code ?? null),
    onDefect: (error) => void defects.push(error),
  };
  const bay = createBayController({
    machine: createBayMachine(parts.times),
    place: { number: 1, label: 'Bay 1', physicalPath: 'usb:1-1:1.0' },
    enabled: true,
    automatic: options.automatic ?? true,
    gate: null,
    parts,
  });
  images.changes.subscribe(() => bay.recheckImage());
  bay.verdicts.subscribe((run) => verdicts.push(run));

  async function pass(ms = 0): Promise<void> {
    // Some steps answer only after several turns of the event loop.
    for (let turn = 0; turn < 12; turn += 1) await clock.advanceAsync(0);
    await clock.advanceAsync(ms);
    for (let turn = 0; turn < 12; turn += 1) await clock.advanceAsync(0);
  }

  const fake: FakeBay = {
    bay,
    clock,
    engine,
    images,
    records,
    unit,
    logs,
    verdicts,
    defects,
    health,
    panel,
    requests,
    changePort: () => {
      portIsSame = false;
    },
    changeContent: () => {
      content = 'b'.repeat(64);
    },
    beforeContent: () => Promise.resolve(),
    async plug(change) {
      const port = aPort(change);
      bay.attach(port);
      await pass(defaultTimes.settle);
      return port;
    },
    pass,
    lines: () => logs.lines(bay.run()?.id ?? '').map(({ text }) => text),
  };
  return fake;
}
