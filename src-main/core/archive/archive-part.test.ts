import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/fakes/clock.js';
import { createRun } from '../../../test/fakes/records.js';
import { createMessages } from '../../../src-shared/messages/messages.js';
import { openRecords } from '../records/open-records.js';
import { createRunLogs } from '../records/run-logs.js';
import type { Records } from '../records/records.js';
import { createArchivePart } from './archive-part.js';

describe('what takes long with all the records', () => {
  let home: string;
  let records: Records;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'slipway-archive-'));
    const opened = openRecords({ path: join(home, 'records.db'), clock: createFakeClock(), host: 'line-1' });
    if (!opened.ok) throw new Error(opened.error.code);
    records = opened.value;
    for (const [index, bay] of [1, 2, 2].entries()) {
      records.save(createRun({ id: `run-0000-${index}`, startedAt: 1000 * index, bay }));
    }
  });
  const create = () =>
    createArchivePart({
      home,
      records,
      logs: createRunLogs({ folder: join(home, 'logs'), clock: createFakeClock() }),
      messages: () => createMessages('en'),
    });
  afterEach(() => {
    records.close();
    rmSync(home, { recursive: true });
  });

  it('exports what is asked for, in place of a file that may be replaced, and says how far it is', async () => {
    const part = create();
    const file = join(home, 'export.csv');
    writeFileSync(file, 'old');
    const told: unknown[] = [];
    const subscription = part.streams.archive(undefined, ({ task }) => told.push(task?.kind ?? null));
    const ask = { scope: { bay: 2 }, rows: 'runs', format: 'csv', file } as const;
    expect(await part.handlers['archive.export'](ask)).toEqual({
      ok: true,
      value: { count: 2, unread: null },
    });
    expect(readFileSync(file, 'utf8').trimEnd().split('\r\n')).toHaveLength(3);
    expect([told[0], told[1], told.at(-1)]).toEqual([null, 'export', null]);
    subscription.dispose();
    await part.stop();
  });

  it('exports an order as JUnit XML that is named after it, and knows no order that there is none of', async () => {
    const order = { orderNumber: '4711 <A>', recipe: 'widget', quantity: 2, serials: [] };
    records.batches.open(order, { operator: 'Ada', at: 2000 });
    records.save(createRun({ id: 'run-0000-9', startedAt: 3000, endedAt: 4000 }));
    const part = create();
    const file = join(home, 'export.xml');
    const ask = { scope: { batch: 1 }, rows: 'runs', format: 'junit', file } as const;
    expect(await part.handlers['archive.export'](ask)).toEqual({
      ok: true,
      value: { count: 1, unread: null },
    });
    const xml = readFileSync(file, 'utf8');
    expect(xml).toContain('<testsuites name="4711 &lt;A&gt;">');
    expect(xml).toContain('value="run-0000-9"');
    const unknown = await part.handlers['archive.export']({ ...ask, scope: { batch: 9 } });
    expect(unknown).toMatchObject({ error: { code: 'batch-unknown', params: { batch: 9 } } });
    await part.stop();
  });

  it('verifies the seals and copies the records, one thing at a time', async () => {
    const part = create();
    const verifying = part.handlers['archive.verify']({});
    expect(await part.handlers['archive.verify']({})).toMatchObject({ error: { code: 'archive-busy' } });
    expect(await verifying).toMatchObject({ ok: true, value: { records: 3, problemCount: 0 } });
    const file = join(home, 'copy.db');
    expect(await part.handlers['archive.backup']({ file })).toMatchObject({ ok: true, value: { runs: 3 } });
    expect(await part.handlers['archive.backup']({ file })).toMatchObject({
      error: { code: 'target-exists' },
    });
    await part.stop();
  });

  it('leaves no half of a back-up that was stopped', async () => {
    const part = create();
    const backingUp = part.handlers['archive.backup']({ file: join(home, 'copy.db') });
    expect(await part.handlers['archive.stop'](undefined)).toMatchObject({ ok: true });
    expect(await backingUp).toMatchObject({ error: { code: 'archive-stopped' } });
    expect(readdirSync(home).filter((name) => name.startsWith('copy'))).toEqual([]);
    await part.stop();
  });

  it('leaves no half of an export that was stopped', async () => {
    const part = create();
    const file = join(home, 'export.jsonl');
    const exporting = part.handlers['archive.export']({ scope: {}, rows: 'runs', format: 'json', file });
    await part.stop();
    expect(await exporting).toMatchObject({ error: { code: 'archive-stopped' } });
    expect(readdirSync(home).filter((name) => name.startsWith('export'))).toEqual([]);
  });
});
