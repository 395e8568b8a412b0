import { createHash } from 'node:crypto';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { canonicalText } from './canonical.js';
import { runOfRow, selectRuns } from './run-rows.js';
import { createStatements, type Database, type SqlValue } from './sqlite.js';

/** What stands before the first record. */
export const chainBeginning = '0'.repeat(64);

/**
 * The seal of a record: SHA-256 (hexadecimal) of the seal before it and of all that the record says. It is
 * evidence, not a lock: whoever can write the file can make a whole new chain. Against that, a head that was noted
 * elsewhere (a backup's, a report's) is held against the chain.
 */
export function sealOf(previous: string, run: RunRecord): string {
  return createHash('sha256')
    .update(`slipway record 1\n${previous}\n${canonicalText(run)}`)
    .digest('hex');
}

/** The newest link. */
export interface ChainHead {
  /** How many records are sealed. */
  readonly count: number;
  readonly hash: string;
}

/** The chain of the records that have their verdict, in the order in which they got it. */
export interface Chain {
  head(): ChainHead;
  /**
   * Seals what ended before there was a chain, in the order in which the runs began; does nothing where there is
   * one. A row that cannot be read is left out, and `verifyChain` names it.
   */
  begin(): void;
  /** Adds a record that has just got its verdict; belongs into the transaction that writes it. */
  seal(run: RunRecord): void;
}

export function createChain(database: Database): Chain {
  const statement = createStatements(database);

  const head = (): ChainHead => {
    const row = statement('SELECT count, hash FROM chain_head').get() as ChainHead | undefined;
    return row ?? { count: 0, hash: chainBeginning };
  };

  const setHead = (...values: SqlValue[]): void => {
    statement(
      `INSERT INTO chain_head (id, count, hash) VALUES (1, ?, ?)
       ON CONFLICT (id) DO UPDATE SET count = excluded.count, hash = excluded.hash`,
    ).run(...values);
  };

  const seal = (run: RunRecord): void => {
    const { count, hash: previous } = head();
    const hash = sealOf(previous, run);
    statement('INSERT INTO chain (seq, run, previous, hash) VALUES (?, ?, ?, ?)').run(
      count + 1,
      run.id,
      previous,
      hash,
    );
    setHead(count + 1, hash);
  };

  return {
    head,
    seal,
    begin() {
      if (statement('SELECT 1 FROM chain_head').get() !== undefined) return;
      setHead(0, chainBeginning);
      for (const row of database.prepare(`${selectRuns} WHERE verdict <> '' ORDER BY position`).iterate()) {
        const run = runOfRow(row, 'records.db');
        if (run.ok) seal(run.value);
      }
    },
  };
}
