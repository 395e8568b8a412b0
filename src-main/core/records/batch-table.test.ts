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

  it('has its runs: what was recorded while it was open, and nothing else', () => {
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
      total: 6,
      recipe: [{ value: 'widget', count: 6 }],
      verdict: [
        { value: 'PASS', count: 4 },
        { value: 'FAIL', count: 2 },
      ],
    });
    const unknown = { error: { code: 'batch-unknown', params: { batch: 99 } } };
    expect(records.list({ batch: 99, limit: 1 })).toMatchObject(unknown);
    expect(records.history.facets({ batch: 99 })).toMatchObject(unknown);
  });

  it('lists every run that it counted, and charts those alone, whatever the clock said when they ended', () => {
    const days = (count: number): number => count * 86_400_000;
    end({ startedAt: days(2), endedAt: days(2) + 1, unitSerial: 'SN-0' });
    const { id } = valueOf(records.batches.open(order, { operator: 'Ada', at: days(10) }));
    // Recorded long after it ended, when the order was open already; and begun by a clock that was set back since.
    end({ startedAt: days(5), endedAt: days(5) + 1, unitSerial: 'SN-1', bay: 2 });
    end({
      startedAt: days(30),
      endedAt: days(11),
      unitSerial: 'SN-2',
      verdict: 'FAIL',
      fault: fault('test-failed'),
    });
    valueOf(records.batches.close(id, { operator: 'Ben', at: days(12) }));
    // Ended in time, and recorded when the order was closed for good.
    end({ startedAt: days(11), endedAt: days(11) + 1, unitSerial: 'SN-1', bay: 2 });

    expect(valueOf(records.batches.show(id)).batch).toMatchObject({ passed: 1, failed: 1 });
    const listed = valueOf(records.list({ batch: id, limit: 50 }));
    expect(listed.map(({ unitSerial }) => unitSerial)).toEqual(['SN-2', 'SN-1']);
    const charted = valueOf(records.history.statistics({ batch: id }));
    expect(charted).toMatchObject({
      step: 'day',
      total: { runs: 2, pass: 1, fail: 1 },
      byBay: [{ key: '1' }, { key: '2' }],
      failuresByCode: [{ key: 'test-failed', count: 1 }],
    });
    // From the first day of the order to its last, not until today.
    expect(charted.series).toHaveLength(26);
    expect(valueOf(records.history.statistics({ batch: id, bay: 2 })).total.runs).toBe(1);
    expect(valueOf(records.history.statistics({ batch: id, until: days(20) })).total.runs).toBe(1);
    expect(valueOf(records.history.durations({ batch: id })).all).toMatchObject({ runs: 1, median: 1 });
    const unknown = { error: { code: 'batch-unknown' } };
    expect(records.history.statistics({ batch: 9 })).toMatchObject(unknown);
    expect(records.history.durations({ batch: 9 })).toMatchObject(unknown);
    expect(records.measurements({ batch: 9, recipe: 'widget', name: 'vcc', limit: 9 })).toMatchObject(
      unknown,
    );
  });

  it('charts a measurement of its own units alone, and of what else is asked for', () => {
    const tests = (volt: number): RunRecord['tests'] => {
      const at = { startedAt: 0, endedAt: 0, exitCode: null };
      const vcc = { name: 'vcc', text: String(volt), number: volt, verdict: 'PASS' } as const;
      const attempts = [{ ...at, verdict: 'PASS' as const, measurements: [vcc] }];
      return [{ ...at, name: 'power', kind: 'serial', optional: false, verdict: 'PASS', attempts }];
    };
    end({ tests: tests(1) });
    const { id } = valueOf(records.batches.open(order, ada));
    end({ tests: tests(2), bay: 1 });
    end({ tests: [], bay: 1 });
    end({ tests: tests(3), bay: 2 });
    valueOf(records.batches.close(id, ada));
    end({ tests: tests(4), bay: 2 });
    const values = (search: Omit<RunSearch, 'limit' | 'recipe'>, limit = 9): (number | null)[] =>
      valueOf(records.measurements({ recipe: 'widget', name: 'vcc', limit, ...search })).map(
        ({ value }) => value,
      );
    expect(values({})).toEqual([1, 2, 3, 4]);
    expect(values({ batch: id })).toEqual([2, 3]);
    expect(values({ batch: id, bay: 2 })).toEqual([3]);
    expect(values({ bay: 2 })).toEqual([3, 4]);
    expect(values({ batch: id }, 1)).toEqual([3]);
    expect(values({ batch: id, operator: 'nobody' })).toEqual([]);
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
