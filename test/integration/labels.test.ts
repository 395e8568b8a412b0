import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { build } from '../../scripts/build.mjs';
import { createSystemClock } from '../../src-main/core/clock.js';
import type { LabelSettings, PrinterSettings } from '../../src-main/core/config/label-config.js';
import { createLabelsPart, labelsFor, type LabelsPart } from '../../src-main/core/labels/labels-part.js';
import { openRecords } from '../../src-main/core/records/open-records.js';
import type { Records } from '../../src-main/core/records/records.js';
import { createSerialOpener } from '../../src-main/core/serial/create-serial-opener.js';
import { createMessages } from '../../src-shared/messages/messages.js';
import type { LabelJob } from '../../src-shared/model/label.js';
import type { RunRecord } from '../../src-shared/model/run.js';
import { createRun } from '../fakes/records.js';
import { openSerialDevice } from '../fakes/serial-device.js';

const clock = createSystemClock();
const template = `size: [50, 30]
elements:
  - { text: '{serial}', at: [2, 2], height: 4 }
  - { code: qr, data: '{serial}', at: [30, 2], module: 0.5 }
`;
const fine =
  '\x02030,0,0,0370,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n';
const noPaper = fine.replace('030,0,0', '030,1,0');

let home: string;
let records: Records;
let part: LabelsPart | undefined;
let labels: Map<string, LabelSettings>;
let listener: Server | undefined;
const sockets = new Set<Socket>();

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'slipway-labels-'));
  mkdirSync(join(home, 'labels'));
  writeFileSync(join(home, 'labels/unit.yaml'), template);
  labels = new Map();
  openBook();
});

afterEach(async () => {
  await part?.stop();
  part = undefined;
  records.close();
  listener?.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  listener = undefined;
  rmSync(home, { recursive: true, force: true });
});

function openBook(): void {
  const opened = openRecords({
    path: join(home, 'records.db'),
    clock,
    host: 'line-1',
    alongside: (event, run) => ({ deliveries: [], labels: labelsFor(event, run, labels) }),
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  records = opened.value;
}

/** A network printer that says how it is and keeps what it gets. */
async function printer(
  port = 0,
): Promise<{ settings: PrinterSettings; printed: string[]; status: { text: string } }> {
  const printed: string[] = [];
  const status = { text: fine };
  listener = createServer((socket) => {
    sockets.add(socket);
    let heard = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard += chunk.toString();
      if (heard.includes('~HS')) socket.write(status.text);
      heard = heard.replace('~HS\r\n', '');
    });
    socket.on('end', () => {
      if (heard !== '') printed.push(heard);
      socket.end();
    });
  });
  listener.listen(port, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address() as AddressInfo;
  return { settings: { kind: 'tcp', host: '127.0.0.1', port: address.port }, printed, status };
}

const useLabel = (to: PrinterSettings, more: Partial<LabelSettings> = {}): void =>
  void labels.set('unit', {
    template: 'labels/unit.yaml',
    printer: to,
    status: true,
    print: 'pass',
    ...more,
  });

function begin(): LabelsPart {
  part = createLabelsPart({
    home,
    clock,
    records,
    labels: () => labels,
    messages: () => createMessages('en'),
    operator: () => 'Ada',
    serial: createSerialOpener({ clock }),
    onDefect: (error) => {
      throw error;
    },
  });
  return part;
}

function save(id: string, more: Partial<RunRecord> = {}): void {
  const saved = records.save(createRun({ id, unitSerial: 'SN^1', ...more }));
  if (!saved.ok) throw new Error(saved.error.code);
}

const jobs = (run: string): LabelJob[] => {
  const found = records.labels.ofRun(run);
  if (!found.ok) throw new Error(found.error.code);
  return found.value;
};
const stateOf = (run: string): [string | undefined, string | undefined] => [
  jobs(run)[0]?.state,
  jobs(run)[0]?.fault?.code,
];
const soon = { timeout: 20_000, interval: 20 };

describe('a network printer', () => {
  it('gets the label of a unit that passed, and of no other', async () => {
    const { settings, printed } = await printer();
    useLabel(settings);
    begin();
    save('run-0001', { verdict: 'FAIL' });
    save('run-0002');
    await expect.poll(() => stateOf('run-0002'), soon).toEqual(['printed', undefined]);
    expect(printed).toHaveLength(1);
    expect(printed[0]).toMatch(/^\^XA[^]*\^FH\^FDSN_5E1\^FS[^]*\^GFA[^]*\^XZ\n$/);
    expect(jobs('run-0001')).toEqual([]);
    expect(jobs('run-0002')[0]).toMatchObject({ copy: 1, operator: 'Ada', reason: null });
    expect(await part?.handlers['labels.print']({ runId: 'run-0001', label: 'unit' })).toMatchObject({
      error: { code: 'label-not-passed' },
    });
  });

  it('without paper gets nothing and is named; the label comes by itself once there is some', async () => {
    const { settings, printed, status } = await printer();
    status.text = noPaper;
    useLabel(settings);
    begin();
    save('run-0001');
    await expect.poll(() => stateOf('run-0001'), soon).toEqual(['waiting', 'label-printer-paper']);
    expect(printed).toEqual([]);
    expect(part?.faults()).toMatchObject([{ source: 'label unit', fault: { code: 'label-printer-paper' } }]);
    status.text = fine;
    expect(await part?.handlers['labels.retry']({ jobId: jobs('run-0001')[0]?.id ?? '' })).toMatchObject({
      ok: true,
    });
    await expect.poll(() => stateOf('run-0001'), soon).toEqual(['printed', undefined]);
    expect(part?.faults()).toEqual([]);
  });

  it('that is away is found again, and nothing is printed twice', async () => {
    const first = await printer();
    listener?.close();
    useLabel(first.settings);
    begin();
    save('run-0001');
    await expect.poll(() => stateOf('run-0001'), soon).toEqual(['waiting', 'label-printer-away']);
    const back = await printer(first.settings.kind === 'tcp' ? first.settings.port : 0);
    await expect.poll(() => stateOf('run-0001'), soon).toEqual(['printed', undefined]);
    expect(back.printed).toHaveLength(1);
  });

  it('prints a second label only for a reason, which goes on the record', async () => {
    const { settings, printed } = await printer();
    useLabel(settings);
    const { handlers } = begin();
    save('run-0001');
    await expect.poll(() => stateOf('run-0001'), soon).toEqual(['printed', undefined]);
    expect(await handlers['labels.print']({ runId: 'run-0001', label: 'unit' })).toMatchObject({
      error: { code: 'label-printed-before' },
    });
    await handlers['labels.print']({ runId: 'run-0001', label: 'unit', reason: 'it was torn' });
    await expect.poll(() => printed.length, soon).toBe(2);
    await expect.poll(() => stateOf('run-0001'), soon).toEqual(['printed', undefined]);
    expect(jobs('run-0001').map(({ copy, reason }) => [copy, reason])).toEqual([
      [2, 'it was torn'],
      [1, null],
    ]);
  });

  it('may have printed what a killed station was sending: somebody has to look', async () => {
    const { settings, printed } = await printer();
    useLabel(settings, { print: 'request' });
    save('run-0001');
    records.labels.ask(
      {
        id: crypto.randomUUID(),
        run: 'run-0001',
        label: 'unit',
        copy: 1,
        operator: 'Ada',
        reason: null,
        printer: 'tcp',
        state: 'sending',
      },
      clock.now(),
    );
    records.close();
    openBook();
    const { handlers } = begin();
    expect(part?.faults()).toMatchObject([{ fault: { code: 'label-uncertain' } }]);
    const [job] = jobs('run-0001');
    await handlers['labels.settle']({ jobId: job?.id ?? '', as: 'printed' });
    expect(stateOf('run-0001')).toEqual(['printed', undefined]);
    expect(printed).toEqual([]);
  });
});

it('prints on a serial printer: a real pseudo-terminal', async () => {
  let heard = '';
  const device = await openSerialDevice((bytes) => {
    heard += bytes.toString();
    if (bytes.toString().includes('~HS')) device.write(Buffer.from(fine));
  });
  useLabel({ kind: 'serial', path: device.path, baud: 9600 });
  begin();
  save('run-0001');
  await expect.poll(() => stateOf('run-0001'), soon).toEqual(['printed', undefined]);
  await expect.poll(() => heard, soon).toMatch(/^~HS\r\n\^XA[^]*\^XZ\n$/);
  device.hangUp();
});

describe('slipway label', () => {
  beforeAll(() => build({ log: () => undefined }), 600_000);

  const slipway = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const env = { ...process.env, LANG: 'en_US.UTF-8' };
      const child = execFile(
        process.execPath,
        ['bin/slipway.js', 'label', ...args, '--home', home],
        { env, cwd: join(import.meta.dirname, '../..') },
        (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
      );
    });

  it('prints, writes PDF and ZPL, and refuses what did not pass', async () => {
    const { settings, printed } = await printer();
    const at = settings.kind === 'tcp' ? settings.port : 0;
    writeFileSync(
      join(home, 'station.yaml'),
      `name: Line 1\nlocale: en\noperator: Ada\nlabels:\n  unit: { template: labels/unit.yaml, printer: { tcp: '127.0.0.1:${at}' } }\n`,
    );
    save('run-000001');
    save('run-000002', { verdict: 'FAIL' });
    expect(await slipway('run-000001', '--print')).toMatchObject({ code: 0 });
    expect(printed).toHaveLength(1);
    expect(stateOf('run-000001')).toEqual(['printed', undefined]);
    const again = await slipway('run-000001', '--print');
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('say why')]);
    const pdf = join(home, 'label.pdf');
    expect(await slipway('run-000001', '--pdf', pdf)).toMatchObject({ code: 0 });
    expect(readFileSync(pdf, 'latin1').startsWith('%PDF')).toBe(true);
    expect(await slipway('run-000001', '--pdf', pdf)).toMatchObject({ code: 2 });
    const zpl = join(home, 'label.zpl');
    expect(await slipway('run-000001', '--zpl', zpl)).toMatchObject({ code: 0 });
    expect(readFileSync(zpl, 'utf8')).toBe(printed[0]);
    expect((await slipway('run-000002', '--zpl', join(home, 'no.zpl'))).err).toContain('did not pass');
    expect(existsSync(join(home, 'no.zpl'))).toBe(false);
    expect(await slipway('run-000001')).toMatchObject({ code: 64 });
    expect(await slipway('run-000009', '--print')).toMatchObject({ code: 64 });
  });
});
