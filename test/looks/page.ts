import { deliveryAnswers, webhookScene } from './delivery-scenes.js';
import type { ContainerAnswer } from '../../src-shared/model/container.js';
import type { LogLine } from '../../src-shared/model/run.js';
import { fault } from '../../src-shared/model/result.js';
import { aContainer, aUsage } from '../fakes/container-data.js';
import { createFakeBridge } from '../fakes/bridge.js';
import { someImages } from '../fakes/image-data.js';
import { fileAnswers, transfers } from './file-scenes.js';
import { batches, historyAnswers, historyRuns } from './history-scenes.js';
import { imageAnswers, imageJobs } from './image-scenes.js';
import { machineAnswers } from './machine-scenes.js';
import { bays, record, recipes, station } from './scenes.js';

/** What a look asks for; put on the page before this runs. */
export interface Look {
  bays: number;
  locale: 'en' | 'es';
  theme: 'light' | 'dark';
  faults?: boolean;
  /** As many lines more in every log. */
  logLines?: number;
  /** Transfers go on. */
  transfers?: boolean;
  /** Progress and log lines a second and bay; 0 stands still. */
  rate?: number;
}

declare global {
  var look: Look;
  var fake: ReturnType<typeof createFakeBridge>;
}

const { look } = globalThis;
const views = bays(look.bays);
let view = station({ locale: look.locale, theme: look.theme }, look.faults === true);
let stationRevision = 0;
let baysRevision = 0;
let seq = 0;

function line(text: string, source: LogLine['source'] = 'out'): LogLine {
  seq += 1;
  return { seq: seq - 1, at: Date.now(), source, text };
}

/** What each run has said, in lines: they are counted by run. */
const said = new Map<string, number>();

function moreOf(runId: string, count: number): LogLine[] {
  const from = said.get(runId) ?? firstLines.length;
  said.set(runId, from + count);
  return Array.from({ length: count }, (_, index) => {
    const nth = from + index;
    return { seq: nth, at: Date.now(), source: 'out', text: `block ${nth} of 4096 ok` };
  });
}

const firstLines = [
  line('container created from widget-deployer, panel on 127.0.0.1:1080', 'station'),
  line('flasher 2.3 (widgetOS), licence ok'),
  line('U-Boot 2012.04.01 (Apr 12 2012)'),
  line('warning: battery low, running from USB', 'err'),
  ...Array.from({ length: look.logLines ?? 400 }, (_, index) =>
    line(`block ${index + 1} of 4096 ok, crc 0x${(index * 7919).toString(16)}`),
  ),
];

const ok = { ok: true, value: undefined } as const;
const records = views
  .filter((each) => each.run !== null)
  .map(record)
  .sort((a, b) => b.startedAt - a.startedAt);

/** Bay 2's container is gone, bay 3 has had none. */
function containerOf(bay: number): ContainerAnswer {
  if (bay === 2) {
    const { id, image, imageId } = aContainer().facts;
    const runId = '01J9ZQ4W-0001';
    return {
      kind: 'removed',
      runId,
      containerId: id,
      imageName: image,
      imageId,
      endedAt: Date.UTC(2026, 4, 12),
    };
  }
  return bay === 3 ? { kind: 'none' } : aContainer(bay);
}

const fake = createFakeBridge({
  'containers.inspect': (input) => ({ ok: true, value: containerOf('bay' in input ? input.bay : 1) }),
  'panel.place': () => ok,
  'panel.hide': () => ok,
  'panel.reload': () => ok,
  'bay.configure': () => ok,
  'bay.abort': () => ok,
  'bay.flash': ({ bay }) => {
    const error = fault('bay-empty', { bay });
    return { ok: false, error: { ...error, message: error.code } };
  },
  ...imageAnswers,
  ...machineAnswers,
  ...fileAnswers,
  'counters.reset': () => ok,
  'window.answerQuit': () => ok,
  'window.zoom': () => ok,
  'window.chooseFile': () => ({ ok: true, value: { file: '/srv/widgets/root.tar.xz' } }),
  'window.chooseFiles': () => ({ ok: true, value: { files: ['/srv/widgets/logo.bin'] } }),
  'window.chooseSaveFile': ({ name }) => ({ ok: true, value: { file: `/home/ana/${name}` } }),
  'window.chooseFolder': () => ({ ok: true, value: { folder: '/srv/widgets' } }),
  ...historyAnswers,
  ...deliveryAnswers,
  'runs.show': ({ runId }) => {
    const found = [...records, ...historyRuns].find(({ id }) => id === runId);
    const error = fault('run-unknown', { run: runId });
    return found === undefined ? { ok: false, error: { ...error, message: '' } } : { ok: true, value: found };
  },
  'runs.log': ({ from, limit }) => ({
    ok: true,
    value: { lines: firstLines.slice(from, from + limit), total: firstLines.length },
  }),
  'settings.change': (change) => {
    if (change.workspace === '/missing') {
      const error = fault('workspace-missing', { path: change.workspace });
      return { ok: false, error: { ...error, message: '' } };
    }
    const settings = { ...view.settings };
    for (const [name, value] of Object.entries(change)) Object.assign(settings, { [name]: value });
    view = { ...view, settings };
    sendStation();
    return { ok: true, value: settings };
  },
});
globalThis.fake = fake;
globalThis.slipway = fake;

function sendStation(): void {
  stationRevision += 1;
  fake.keep('station', undefined, { revision: stationRevision, station: view });
}

sendStation();
fake.keep('jobs', undefined, { revision: 1, jobs: look.transfers === true ? transfers : imageJobs });
fake.keep('archive', undefined, { task: null });
fake.keep('webhooks', undefined, { revision: 1, hooks: webhookScene });
fake.keep('batches', undefined, { open: batches.filter(({ closedAt }) => closedAt === null) });
fake.keep('images', undefined, { revision: 1, images: someImages, fault: null });
fake.keep('recipes', undefined, { revision: 1, recipes });
fake.keep('bays', undefined, { kind: 'bays', revision: 1, bays: views });
for (const each of views) {
  if (each.run !== null) fake.keep('log', { runId: each.run.id }, { runId: each.run.id, lines: firstLines });
}

// Two minutes of samples, as fast as somebody can listen.
const samples = setInterval(() => {
  if (fake.listeners('containerStats') === 0) return;
  clearInterval(samples);
  for (let second = 0; second < 100; second += 1) {
    const usage = aUsage(Date.now() - (100 - second) * 1000, second);
    fake.send('containerStats', { kind: 'sample', containerId: 'c1', usage });
  }
}, 20);

const { rate = 0 } = look;
if (rate > 0) {
  setInterval(() => {
    for (const each of views) {
      if (each.run === null) continue;
      baysRevision += 1;
      const percent = ((each.run.progress.percent ?? 0) + 0.1) % 100;
      each.run = {
        ...each.run,
        progress: { step: 'write', percent, message: `block ${Math.floor(percent * 41)}` },
      };
      fake.send('bays', { kind: 'bay', revision: baysRevision, bay: structuredClone(each) });
      if (fake.listeners('log') > 0) {
        const runId = each.run.id;
        fake.send('log', { runId, lines: moreOf(runId, rate / 10) }, { runId });
      }
    }
  }, 100);
}
