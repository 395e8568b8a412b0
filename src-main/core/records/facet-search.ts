import type { Database, SqlValue } from './sqlite.js';
import { createStatements } from './sqlite.js';

/** The columns with few values, as the table `facets` names them. */
export interface Facet {
  bay: number;
  recipe: string;
  model: string;
  operator: string;
  verdict: string;
  fault_code: string;
}

export interface PositionSearch {
  facet: Partial<Facet>;
  unitSerial?: string | undefined;
  /** Only the runs that were counted for this order. */
  batch?: number | undefined;
  /** Positions below this, and at or above `from`. */
  below: number;
  from: number;
  limit: number;
}

/**
 * Finds the positions of the newest runs that match, newest first. The work grows with the number of
 * combinations in `facets` and with `limit`, never with the number of runs: for each combination that
 * matches, its newest run is one descent of an index, and the page is merged from those.
 */
export function createPositionSearch(database: Database): (search: PositionSearch) => number[] {
  const statement = createStatements(database);

  return ({ facet, unitSerial, batch, below, from, limit }) => {
    const conditions = Object.entries(facet) as [keyof Facet, string | number][];
    if (conditions.length === 0 && unitSerial === undefined) {
      const [table, only, values] =
        batch === undefined ? ['runs', '', []] : ['batch_runs', 'batch = ? AND', [batch]];
      const newest = statement(
        `SELECT position FROM ${table} WHERE ${only} position < ? AND position >= ? ORDER BY position DESC LIMIT ?`,
      );
      return newest.all(...values, below, from, limit).map((row) => (row as { position: number }).position);
    }

    const serial: SqlValue[] = unitSerial === undefined ? [] : [unitSerial];
    const { table, only, values: scope } = sourceOf(unitSerial, batch);
    const newestOf = `SELECT position FROM ${table} WHERE ${only} facet = FACET AND position < ? AND position >= ?
      ORDER BY position DESC LIMIT`;
    const heads = statement(`
      ${unitSerial === undefined ? '' : presentFacets}
      SELECT facet, position FROM (
        SELECT id AS facet, (${newestOf.replace('FACET', 'facets.id')} 1) AS position
        FROM ${unitSerial === undefined ? 'facets' : 'present CROSS JOIN facets ON facets.id = present.facet'}
        WHERE ${['TRUE', ...conditions.map(([column]) => `${column} = ?`)].join(' AND ')}
      ) WHERE position IS NOT NULL ORDER BY position DESC LIMIT ?`);
    const following = statement(`${newestOf.replace('FACET', '?')} ?`);

    const values = conditions.map(([, value]) => value);
    const rows = heads.all(...serial, ...serial, ...scope, below, from, ...values, limit) as Head[];
    const queue = rows.map(({ facet: of, position }): Source => ({
      facet: of,
      position,
      ahead: [],
      fetch: 1,
    }));
    const found: number[] = [];
    for (let source = queue.shift(); source !== undefined; source = queue.shift()) {
      found.push(source.position);
      if (found.length === limit) break;
      if (source.ahead.length === 0) {
        // More each time: a combination that gave one is likely to give the next as well.
        const more = following.all(...scope, source.facet, source.position, from, source.fetch);
        source.ahead = (more as { position: number }[]).map(({ position }) => position).reverse();
        source.fetch = Math.min(64, source.fetch * 4);
      }
      const next = source.ahead.pop();
      if (next !== undefined) insert(queue, { ...source, position: next });
    }
    return found;
  };
}

/** The rows among which one combination is looked for, by an index that ends with the position. */
function sourceOf(
  unitSerial: string | undefined,
  batch: number | undefined,
): { table: string; only: string; values: SqlValue[] } {
  if (unitSerial === undefined) {
    return batch === undefined
      ? { table: 'runs', only: '', values: [] }
      : { table: 'batch_runs INDEXED BY batch_runs_by_facet', only: 'batch = ? AND', values: [batch] };
  }
  const table = 'runs INDEXED BY runs_by_serial';
  if (batch === undefined) return { table, only: 'unit_serial = ? AND', values: [unitSerial] };
  const isIn =
    'EXISTS (SELECT 1 FROM batch_runs AS own WHERE own.batch = ? AND own.position = runs.position)';
  return { table, only: `unit_serial = ? AND ${isIn} AND`, values: [unitSerial, batch] };
}

interface Head {
  facet: number;
  position: number;
}

/** A combination whose runs are being merged. */
interface Source extends Head {
  /** Positions that come after `position` and are read already, the next one last. */
  ahead: number[];
  /** How many to read when there is none. */
  fetch: number;
}

/** The combinations in which one serial number occurs, each found by one descent of the index. */
const presentFacets = `WITH RECURSIVE present (facet) AS (
    SELECT min(facet) FROM runs INDEXED BY runs_by_serial WHERE unit_serial = ?
    UNION ALL
    SELECT (SELECT min(facet) FROM runs INDEXED BY runs_by_serial WHERE unit_serial = ? AND facet > present.facet)
    FROM present WHERE present.facet IS NOT NULL
  )`;

/** Into a queue that is newest first. */
function insert(queue: Source[], source: Source): void {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((queue[middle]?.position ?? -1) > source.position) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, source);
}
