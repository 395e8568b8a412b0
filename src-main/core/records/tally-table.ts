import type { RunRecord } from '../../../src-shared/model/run.js';
import { dayOf, monthOf } from './local-days.js';
import { createStatements, type Database } from './sqlite.js';

/** How a tally's span is written in the table. */
export const tallyKinds = { day: 0, month: 1 } as const;

/** Counts runs by day and by month as they get their verdicts, so that no chart reads the runs. */
export interface TallyTable {
  /**
   * Counts a run that got its verdict, also for the order that it belongs to; once a run, in the transaction that
   * writes it.
   */
  count(run: RunRecord, position: number, batch: number | null): void;
}

export function createTallyTable(database: Database): TallyTable {
  const statement = createStatements(database);
  return {
    count(run, position, batch) {
      const day = dayOf(run.startedAt);
      const phase = run.verdict === 'PASS' ? '' : lastWorkingPhase(run);
      const add = (table: string, of: 'kind' | 'batch', value: number, bucket: number): void => {
        statement(
          `INSERT INTO ${table} (${of}, bucket, facet, phase, runs, firsts)
           VALUES (?, ?, (SELECT facet FROM runs WHERE position = ?), ?, 1, ?)
           ON CONFLICT (${of}, bucket, facet, phase)
           DO UPDATE SET runs = runs + 1, firsts = firsts + excluded.firsts`,
        ).run(value, bucket, position, phase, run.attempt === 1 ? 1 : 0);
      };
      add('tallies', 'kind', tallyKinds.day, day);
      add('tallies', 'kind', tallyKinds.month, monthOf(day));
      if (batch !== null) add('batch_tallies', 'batch', batch, day);
    },
  };
}

/** The phase in which a run ended; `finish` is where every run ends, and tells nothing. */
function lastWorkingPhase({ phases }: RunRecord): string {
  return phases.findLast(({ phase }) => phase !== 'finish')?.phase ?? '';
}
