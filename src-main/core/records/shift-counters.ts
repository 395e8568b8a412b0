import { z } from 'zod';
import { countersSchema, type Counters } from '../../../src-shared/model/station.js';
import type { Shift } from '../../../src-shared/model/history.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { createStatements, type Database } from './sqlite.js';

const shiftRow = countersSchema.extend({
  until: z.number().nullable(),
  operator: z.string(),
  host: z.string(),
});

/** The shift's totals, kept in the transaction that records what they count. */
export interface ShiftCounters {
  /** The present shift as it is on disk; null before the first. */
  read(): Counters | null;
  /** The newest first. */
  list(limit: number): Shift[];
  begin(shift: { at: number; operator: string; host: string }): void;
  /** Counts a run that got its verdict; once a run. */
  count(run: RunRecord): void;
}

export function createShiftCounters(database: Database): ShiftCounters {
  const statement = createStatements(database);

  /**
   * Whether a run is the first of its unit in this shift. A unit is known by its serial number; as long as
   * none was read, by its attachment. A serial that is read on an attachment that was counted without one
   * belongs to the unit already counted.
   */
  function isNewUnit({ unitSerial, portIdentity }: RunRecord): boolean {
    const attachment = statement("SELECT serial FROM shift_units WHERE kind = 'attachment' AND name = ?").get(
      portIdentity,
    ) as { serial: string } | undefined;
    const remember = statement(
      `INSERT INTO shift_units (kind, name, serial) VALUES (?, ?, ?)
       ON CONFLICT (kind, name) DO UPDATE SET serial = excluded.serial`,
    );
    if (unitSerial === null) {
      if (attachment === undefined) remember.run('attachment', portIdentity, '');
      return attachment === undefined;
    }
    const known = statement("SELECT 1 FROM shift_units WHERE kind = 'serial' AND name = ?").get(unitSerial);
    remember.run('attachment', portIdentity, unitSerial);
    if (known !== undefined) return false;
    remember.run('serial', unitSerial, '');
    return attachment === undefined || attachment.serial !== '';
  }

  return {
    read() {
      const row = statement(
        'SELECT since, runs, units, pass, fail, other FROM shifts ORDER BY id DESC LIMIT 1',
      ).get();
      return z.nullable(countersSchema).parse(row ?? null);
    },
    list(limit) {
      const rows = statement(
        `SELECT since, runs, units, pass, fail, other, operator, host,
           (SELECT since FROM shifts AS next WHERE next.id > shifts.id ORDER BY next.id LIMIT 1) AS until
         FROM shifts ORDER BY id DESC LIMIT ?`,
      ).all(limit);
      return z.array(shiftRow).parse(rows);
    },
    begin({ at, operator, host }) {
      statement('INSERT INTO shifts (since, operator, host) VALUES (?, ?, ?)').run(at, operator, host);
      statement('DELETE FROM shift_units').run();
    },
    count(run) {
      const column = run.verdict === 'PASS' ? 'pass' : run.verdict === 'FAIL' ? 'fail' : 'other';
      statement(
        `UPDATE shifts SET runs = runs + 1, units = units + ?, ${column} = ${column} + 1
         WHERE id = (SELECT max(id) FROM shifts)`,
      ).run(isNewUnit(run) ? 1 : 0);
    },
  };
}
