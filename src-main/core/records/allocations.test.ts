import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createFakeClock } from '../../../test/fakes/clock.js';
import { createRun } from '../../../test/fakes/records.js';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { openRecords } from './open-records.js';
import type { Records } from './records.js';

function withRecords(work: (open: () => Records) => void): void {
  const folder = createTemporaryFolder();
  try {
    work(() => {
      const opened = openRecords({
        path: join(folder.path, 'records.db'),
        clock: createFakeClock(),
        host: 'line-1',
      });
      if (!opened.ok) throw new Error(opened.error.detail);
      return opened.value;
    });
  } finally {
    folder.dispose();
  }
}

const range = { range: 'widgy', from: 10, to: 12 };

it('hands out each number once, the same one to the same run, across a station’s lives', () => {
  withRecords((open) => {
    const first = open();
    expect(first.allocate(range, 'run-1')).toEqual({ ok: true, value: 10 });
    expect(first.allocate(range, 'run-2')).toEqual({ ok: true, value: 11 });
    expect(first.allocate(range, 'run-1')).toEqual({ ok: true, value: 10 });
    first.close();
    const second = open();
    expect(second.allocate(range, 'run-3')).toEqual({ ok: true, value: 12 });
    expect(second.allocate(range, 'run-4')).toMatchObject({ error: { code: 'serials-exhausted' } });
    expect(second.allocate({ ...range, range: 'fidly' }, 'run-4')).toEqual({ ok: true, value: 10 });
    second.close();
  });
});

it('keeps what runs measured for charts, oldest first, by recipe and name', () => {
  withRecords((open) => {
    const records = open();
    for (const [index, value] of [3.2, 3.3, 3.9].entries()) {
      const verdict = value > 3.5 ? ('FAIL' as const) : ('PASS' as const);
      const attempt = {
        verdict,
        startedAt: 0,
        endedAt: 1,
        exitCode: null,
        measurements: [
          { name: 'vcc', text: String(value), number: value, unit: 'V', min: 3.1, max: 3.5, verdict },
        ],
      };
      const test = {
        ...attempt,
        name: 'power',
        kind: 'serial' as const,
        optional: false,
        attempts: [attempt],
      };
      const run = {
        id: `run-00000${index}`,
        recipe: 'widgy',
        startedAt: 1000 * index,
        tests: [test],
        verdict,
      };
      expect(records.save(createRun({ ...run, unitSerial: `W-${index}` })).ok).toBe(true);
    }
    const last = records.measurements({ recipe: 'widgy', name: 'vcc', limit: 2 });
    expect(
      last.ok && last.value.map(({ value, verdict, unitSerial }) => [value, verdict, unitSerial]),
    ).toEqual([
      [3.3, 'PASS', 'W-1'],
      [3.9, 'FAIL', 'W-2'],
    ]);
    records.close();
  });
});
