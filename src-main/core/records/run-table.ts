import { ok, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { createPositionSearch, type PositionSearch } from './facet-search.js';
import { facetOf, runColumns, runOfRow, runValues, selectRuns } from './run-rows.js';
import { createStatements, type Database } from './sqlite.js';

/** A position is a run's start in ms times this, plus a number that makes it unique. */
export const positionsPerMillisecond = 1000;

/** Runs in their tables. Writes belong into a transaction; all throw what the driver throws, and damage is a value. */
export interface RunTable {
  find(runId: string): Result<{ position: number; run: RunRecord } | null>;
  /** Null when there is no such run. */
  positionOf(runId: string): number | null;
  insert(run: RunRecord): void;
  update(position: number, run: RunRecord): void;
  /** Newest first. */
  newest(search: PositionSearch): Result<RunRecord[]>;
}

/** @param path for the faults alone */
export function createRunTable(database: Database, path: string): RunTable {
  const statement = createStatements(database);
  const search = createPositionSearch(database);

  function freePosition(startedAt: number): number {
    const first = startedAt * positionsPerMillisecond;
    const end = first + positionsPerMillisecond;
    const taken = statement('SELECT max(position) AS last FROM runs WHERE position >= ? AND position < ?');
    const { last } = taken.get(first, end) as { last: number | null };
    const position = last === null ? first : last + 1;
    if (position >= end) throw new Error(`Too many runs began at ${startedAt}`);
    return position;
  }

  function facetId(run: RunRecord): number {
    const facet = facetOf(run);
    const columns = Object.keys(facet);
    const values = Object.values(facet) as (string | number)[];
    statement(
      `INSERT OR IGNORE INTO facets (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    ).run(...values);
    const found = statement(
      `SELECT id FROM facets WHERE ${columns.map((column) => `${column} = ?`).join(' AND ')}`,
    );
    return (found.get(...values) as { id: number }).id;
  }

  return {
    find(runId) {
      const row = statement(`${selectRuns} WHERE runs.id = ?`).get(runId);
      if (row === undefined) return ok(null);
      const run = runOfRow(row, path);
      return run.ok ? ok({ position: (row as { position: number }).position, run: run.value }) : run;
    },
    positionOf(runId) {
      const row = statement('SELECT position FROM runs WHERE id = ?').get(runId);
      return (row as { position: number } | undefined)?.position ?? null;
    },
    insert(run) {
      const columns = ['position', 'facet', ...runColumns];
      statement(`INSERT INTO runs (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`).run(
        freePosition(run.startedAt),
        facetId(run),
        ...runValues(run),
      );
    },
    update(position, run) {
      statement(
        `UPDATE runs SET ${['facet', ...runColumns].map((column) => `${column} = ?`).join(', ')} WHERE position = ?`,
      ).run(facetId(run), ...runValues(run), position);
    },
    newest(wanted) {
      const positions = JSON.stringify(search(wanted));
      const chosen = `runs.position IN (SELECT value FROM json_each(?)) ORDER BY runs.position DESC`;
      const runs: RunRecord[] = [];
      for (const row of statement(`${selectRuns} WHERE ${chosen}`).all(positions)) {
        const run = runOfRow(row, path);
        if (!run.ok) return run;
        runs.push(run.value);
      }
      return ok(runs);
    },
  };
}
