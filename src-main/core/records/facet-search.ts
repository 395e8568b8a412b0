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

  return ({ facet, unitSerial, below, from, limit }) => {
    const conditions = Object.entries(facet) as [keyof Facet, string | number][];
    if (conditions.length === 0 && unitSerial === undefined) {
      const newest = statement(
        'SELECT position FROM runs WHERE position < ? AND position >= ? ORDER BY position DESC LIMIT ?',
      );
      return newest.all(below, from, limit).map((row) => (row as { position: number }).position);
    }

    const serial: SqlValue[] = unitSerial === undefined ? [] : [unitSerial];
    const ofSerial = unitSerial === undefined ? '' : 'unit_serial = ? AND';
    const table = unitSerial === undefined ? 'runs' : 'runs INDEXED BY runs_by_serial';
    const newestOf = `SELECT position FROM ${table} WHERE ${ofSerial} facet = FACET AND position < ? AND position >= ?
      ORDER BY position DESC LIMIT 1`;
    const heads = statement(`
      ${unitSerial === undefined ? '' : presentFacets}
      SELECT facet, position FROM (
        SELECT id AS facet, (${newestOf.replace('FACET', 'facets.id')}) AS position
        FROM ${unitSerial === undefined ? 'facets' : 'present CROSS JOIN facets ON facets.id = present.facet'}
        WHERE ${['TRUE', ...conditions.map(([column]) => `${column} = ?`)].join(' AND ')}
      ) WHERE position IS NOT NULL ORDER BY position DESC LIMIT ?`);
    const next = statement(newestOf.replace('FACET', '?'));

    const queue = heads.all(
      ...serial,
      ...serial,
      ...serial,
      below,
      from,
      ...conditions.map(([, value]) => value),
      limit,
    ) as unknown as Head[];
    const found: number[] = [];
    for (let head = queue[0]; head !== undefined && found.length < limit; head = queue[0]) {
      found.push(head.position);
      queue.shift();
      const following = next.get(...serial, head.facet, head.position, from) as Head | undefined;
      if (following) insert(queue, { facet: head.facet, position: following.position });
    }
    return found;
  };
}

interface Head {
  facet: number;
  position: number;
}

/** The combinations in which one serial number occurs, each found by one descent of the index. */
const presentFacets = `WITH RECURSIVE present (facet) AS (
    SELECT min(facet) FROM runs INDEXED BY runs_by_serial WHERE unit_serial = ?
    UNION ALL
    SELECT (SELECT min(facet) FROM runs INDEXED BY runs_by_serial WHERE unit_serial = ? AND facet > present.facet)
    FROM present WHERE present.facet IS NOT NULL
  )`;

/** Into a queue that is newest first. */
function insert(queue: Head[], head: Head): void {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((queue[middle]?.position ?? -1) > head.position) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, head);
}
