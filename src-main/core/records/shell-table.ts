import { z } from 'zod';
import { ok, type Result } from '../../../src-shared/model/result.js';
import { shellRecordSchema, type ShellRecord } from '../../../src-shared/model/shell.js';
import { createStatements, type Database, type SqlValue } from './sqlite.js';

/** Who opened a shell, when and where, and how it ended. Every write is committed when the call returns. */
export interface ShellRecords {
  /** Writes a shell that begins, or replaces what was written of it. */
  save(shell: ShellRecord): Result<void>;
  /** Newest first. */
  list(search: {
    bay?: number | undefined;
    runId?: string | undefined;
    limit: number;
  }): Result<ShellRecord[]>;
  /** Those that have no end: what a station that was killed left open. */
  unfinished(): Result<ShellRecord[]>;
}

const rowSchema = z.object({
  id: z.string(),
  bay: z.number(),
  place: z.string(),
  recipe: z.string(),
  run_id: z.string().nullable(),
  image_name: z.string(),
  image_id: z.string(),
  container_id: z.string().nullable(),
  operator: z.string(),
  host: z.string(),
  opened_at: z.number(),
  ended: z.string().nullable(),
});

function toRecord(row: unknown): ShellRecord {
  const { run_id, image_name, image_id, container_id, opened_at, ended, ...same } = rowSchema.parse(row);
  return shellRecordSchema.parse({
    ...same,
    runId: run_id,
    imageName: image_name,
    imageId: image_id,
    containerId: container_id,
    openedAt: opened_at,
    ended: ended === null ? null : (JSON.parse(ended) as unknown),
  });
}

export function createShellTable(
  database: Database,
  guard: {
    commit: (work: () => void) => Result<void>;
    attempt: <Value>(work: () => Result<Value>) => Result<Value>;
  },
): ShellRecords {
  const statement = createStatements(database);
  const columns =
    'id, bay, place, recipe, run_id, image_name, image_id, container_id, operator, host, opened_at, ended';

  const rows = (where: string, values: SqlValue[], limit: number): Result<ShellRecord[]> =>
    guard.attempt(() =>
      ok(
        statement(`SELECT ${columns} FROM shells ${where} ORDER BY opened_at DESC, id LIMIT ?`)
          .all(...values, limit)
          .map(toRecord),
      ),
    );

  return {
    save: (shell) =>
      guard.commit(() => {
        statement(
          `INSERT OR REPLACE INTO shells (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ).run(
          shell.id,
          shell.bay,
          shell.place,
          shell.recipe,
          shell.runId,
          shell.imageName,
          shell.imageId,
          shell.containerId,
          shell.operator,
          shell.host,
          shell.openedAt,
          shell.ended === null ? null : JSON.stringify(shell.ended),
        );
      }),
    list({ bay, runId, limit }) {
      if (runId !== undefined) return rows('WHERE run_id = ?', [runId], limit);
      return bay === undefined ? rows('', [], limit) : rows('WHERE bay = ?', [bay], limit);
    },
    unfinished: () => rows('WHERE ended IS NULL', [], 1000),
  };
}
