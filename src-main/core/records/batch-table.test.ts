import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/fakes/clock.js';
import { createRun } from '../../../test/fakes/records.js';
import { fault, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { openRecords } from './open-records.js';
import type { Records, RunSearch } from './records.js';

describe('an order of units', () => {
  let folder: string;
  let records: Records;
  let runs = 0;
  const ada = { operator: 'Ada', at: 1000 };

  function valueOf<Value>(result: Result<Value>): Value {
    if (!result.ok) throw new Error(`${result.error.code} ${result.error.detail ?? ''}`);
    return result.value;
  }
  const open = (): Records =>
    valueOf(openRecords({ path: join(folder, 'records.db'), clock: createFakeClock(), host: 'line-1' }));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-batch-'));
    runs = 0;
    records = open();
  });
  afterEach(() => {
    records.close();
    rmSync(folder, { recursive: true });
  });

  function end(given: Partial<RunRecord>): void {
    runs += 1;
    valueOf(records.save(createRun({ id: `run-0000-${runs}`, startedAt: 1000 * runs, ...given })));
  }

  const order = { orderNumber: '4711', recipe: 'widget', quantity: 2, serials: [] as string[] };

  it('counts each unit once, by the verdict of its last run', () => {
    const { id } = valueOf(records.batches.open(order, ada));
    end({ unitSerial: 'SN-1', verdict: 'FAIL', fault: fault('flash-failed') });
    end({ unitSerial: 'SN-1' });
    end({ unitSerial: 'SN-1' });
    end({ unitSerial: 'SN-2', verdict: 'FAIL', fault: fault('flash-failed', { reason: 'CRC' }) });
    end({ unitSerial: 'SN-3', recipe: 'other' });
    const { batch, units } = valueOf(records.batches.show(id));
    expect(batch).toMatchObject({
      passed: 1,
      failed: 1,
      other: 0,
      doubles: 1,
      unexpected: 0,
      openedBy: 'Ada',
    });
    expect(units).toMatchObject([
      { serial: 'SN-2', verdict: 'FAIL', faultCode: 'flash-failed', fault: { params: { reason: 'CRC' } } },
      { serial: 'SN-1', verdict: 'PASS', runs: 3, passes: 2, fault: null },
    ]);
  });

  it('has its runs: what ended while it was open, and nothing else', () => {
    const went = { startedAt: 500, endedAt: 2000 };
    end({ ...went, id: 'run-before', startedAt: 100, endedAt: 400, bay: 2 });
    const { id } = valueOf(records.batches.open(order, ada));
    end({ ...went, id: 'run-over-opening', unitSerial: 'SN-1', bay: 2 });
    end({ ...went, id: 'run-refused', fault: fault('serial-unexpected'), verdict: 'ABORTED' });
    end({ ...went, id: 'run-other', recipe: 'other' });
    for (let index = 0; index < 5; index += 1) {
      end({
        id: `run-in-${index}`,
        startedAt: 2100 + index,
        endedAt: 2500,
        verdict: index % 2 ? 'FAIL' : 'PASS',
      });
    }
    valueOf(records.batches.close(id, { operator: 'Ben', at: 3000 }));
    end({ id: 'run-over-closing', startedAt: 2900, endedAt: 3100 });
    valueOf(records.save(createRun({ id: 'run-goes-on', startedAt: 2950, endedAt: null, verdict: null })));
    const runsOf = (search: Omit<RunSearch, 'limit'>, limit = 50): string[] =>
      valueOf(records.list({ batch: id, limit, ...search })).map(({ id: run }) => run);
    const within = ['run-in-4', 'run-in-3', 'run-in-2', 'run-in-1', 'run-in-0', 'run-over-opening'];
    expect(runsOf({})).toEqual(within);
    expect(runsOf({}, 2)).toEqual(within.slice(0, 2));
    expect(runsOf({ before: 'run-in-3' }, 2)).toEqual(within.slice(2, 4));
    expect(runsOf({ verdict: 'FAIL' })).toEqual(['run-in-3', 'run-in-1']);
    expect(runsOf({ unitSerial: 'SN-1' })).toEqual(['run-over-opening']);
    expect(runsOf({ recipe: 'other' })).toEqual([]);
    expect(runsOf({ from: 2104 })).toEqual(['run-in-4']);
    expect(valueOf(records.history.facets({ batch: id }))).toMatchObject({
      total: null,
      recipe: [{ value: 'widget', count: null }],
    });
    const unknown = { error: { code: 'batch-unknown', params: { batch: 99 } } };
    expect(records.list({ batch: 99, limit: 1 })).toMatchObject(unknown);
    expect(records.history.facets({ batch: 99 })).toMatchObject(unknown);
  });

  it('takes attempts on a unit without a number for one unit', () => {
    const { id } = valueOf(records.batches.open(order, ada));
    end({ firstRun: 'run-0000-1', verdict: 'FAIL', fault: fault('flash-failed') });
    end({ firstRun: 'run-0000-1', attempt: 2 });
    expect(valueOf(records.batches.show(id)).batch).toMatchObject({ passed: 1, failed: 0 });
  });

  it('knows which serial numbers it expects, and which are still missing', () => {
    const { id } = valueOf(records.batches.open({ ...order, serials: ['SN-1', 'SN-2'] }, ada));
    expect(valueOf(records.batches.refusing('widget', 'SN-9'))).toMatchObject({ orderNumber: '4711' });
    expect(valueOf(records.batches.refusing('widget', 'SN-1'))).toBeNull();
    expect(valueOf(records.batches.refusing('other', 'SN-9'))).toBeNull();
    end({ unitSerial: 'SN-1' });
    end({ unitSerial: 'SN-9' });
    end({
      unitSerial: 'SN-8',
      verdict: 'ABORTED',
      fault: fault('serial-unexpected', { serial: 'SN-8', order: '4711' }),
    });
    const { batch, missing } = valueOf(records.batches.show(id));
    expect(batch).toMatchObject({ passed: 1, unexpected: 1 });
    expect(missing).toEqual(['SN-2']);
  });

  it('is refused beside another open one of its recipe, and with too few serial numbers', () => {
    valueOf(records.batches.open(order, ada));
    expect(records.batches.open(order, ada)).toMatchObject({ error: { code: 'batch-open' } });
    expect(records.batches.open({ ...order, recipe: 'other', serials: ['SN-1', 'SN-1'] }, ada)).toMatchObject(
      { error: { code: 'batch-serials', params: { serials: 1, quantity: 2 } } },
    );
  });

  it('counts nothing once it is closed, says who closed it, and survives a restart', () => {
    const { id } = valueOf(records.batches.open(order, ada));
    end({ unitSerial: 'SN-1' });
    expect(valueOf(records.batches.close(id, { operator: 'Ben', at: 9000 }))).toMatchObject({
      closedBy: 'Ben',
      closedAt: 9000,
    });
    end({ unitSerial: 'SN-2' });
    records.close();
    records = open();
    expect(valueOf(records.batches.list())).toMatchObject([{ passed: 1, closedBy: 'Ben' }]);
    expect(records.batches.close(id, ada)).toMatchObject({ error: { code: 'batch-closed' } });
    expect(records.batches.show(99)).toMatchObject({ error: { code: 'batch-unknown' } });
  });
});
