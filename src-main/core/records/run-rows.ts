import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { runRecordSchema, type RunRecord } from '../../../src-shared/model/run.js';
import type { Facet } from './facet-search.js';
import type { SqlValue } from './sqlite.js';

/** How a run's fields lie in the tables `runs` and `facets`, both ways. */

/** Columns of `runs` that are fields of the record as they are. */
const plainColumns = {
  id: 'id',
  unit_serial: 'unitSerial',
  started_at: 'startedAt',
  ended_at: 'endedAt',
  bay_label: 'bayLabel',
  physical_path: 'physicalPath',
  port_path: 'portPath',
  port_identity: 'portIdentity',
  attempt: 'attempt',
  recipe_hash: 'recipeHash',
  image_name: 'imageName',
  image_id: 'imageId',
  image_digest: 'imageDigest',
  container_id: 'containerId',
  host_port: 'hostPort',
  content_hash: 'contentHash',
  host: 'host',
  first_run: 'firstRun',
} as const satisfies Record<string, keyof RunRecord>;

const jsonColumns = ['fault', 'phases', 'tests', 'allowance', 'identity'] as const;

/** All columns of `runs` but its key and its facet, in the order in which `runValues` gives them. */
export const runColumns = [...Object.keys(plainColumns), ...jsonColumns];

export function runValues(run: RunRecord): SqlValue[] {
  return [
    ...Object.values(plainColumns).map((field) => run[field]),
    run.fault === null ? null : JSON.stringify(run.fault),
    JSON.stringify(run.phases),
    JSON.stringify(run.tests),
    run.allowance === null ? null : JSON.stringify(run.allowance),
    run.identity === null ? null : JSON.stringify(run.identity),
  ];
}

export function facetOf(run: RunRecord): Facet {
  return {
    bay: run.bay,
    recipe: run.recipe,
    model: run.model,
    operator: run.operator,
    verdict: run.verdict ?? '',
    fault_code: run.fault?.code ?? '',
  };
}

/** Reads whole runs and their positions; a WHERE goes after it. */
export const selectRuns = `SELECT position, bay, recipe, model, operator, verdict,
  ${runColumns.map((column) => `runs.${column}`).join(', ')}
  FROM runs JOIN facets ON facets.id = runs.facet`;

/**
 * The record as it will be read back. What a device or a scanner sends may hold what a text column cannot:
 * a NUL, at which the driver would cut it, or half a surrogate pair.
 */
export function storable(run: RunRecord): RunRecord {
  const texts = Object.entries(run).map(([field, value]) => [
    field,
    typeof value === 'string' ? value.replace(/\0|\p{Surrogate}/gu, '\ufffd') : value,
  ]);
  return runRecordSchema.parse(Object.fromEntries(texts));
}

const plainEntries = Object.entries(plainColumns);

/**
 * A row that is not what was once written is damage, not a bug. Laid out by hand and parsed once: a page
 * has up to 500 rows, and a schema that also moved the columns took ten times as long.
 */
export function runOfRow(row: unknown, path: string): Result<RunRecord> {
  const columns = row as Record<string, unknown>;
  const record: Record<string, unknown> = {
    bay: columns['bay'],
    recipe: columns['recipe'],
    model: columns['model'],
    operator: columns['operator'],
    verdict: columns['verdict'] === '' ? null : columns['verdict'],
  };
  for (const [column, field] of plainEntries) record[field] = columns[column];
  try {
    for (const column of jsonColumns) record[column] = JSON.parse(String(columns[column]));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return fail('records-corrupt', { path }, error.message);
  }
  const parsed = runRecordSchema.safeParse(record);
  return parsed.success ? ok(parsed.data) : fail('records-corrupt', { path }, parsed.error.message);
}
