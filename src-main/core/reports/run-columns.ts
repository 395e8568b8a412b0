import type { RunRecord } from '../../../src-shared/model/run.js';
import type { CsvCell } from './csv.js';

/**
 * The columns of an export of runs. Their names and order are part of the command line's contract: a new one goes to
 * the end. Times are UTC, ISO 8601; durations are milliseconds.
 */
const columns: readonly (readonly [name: string, value: (run: RunRecord) => CsvCell])[] = [
  ['run', (run) => run.id],
  ['started', (run) => iso(run.startedAt)],
  ['ended', (run) => (run.endedAt === null ? null : iso(run.endedAt))],
  ['duration_ms', (run) => (run.endedAt === null ? null : run.endedAt - run.startedAt)],
  ['verdict', (run) => run.verdict],
  ['fault', (run) => run.fault?.code ?? null],
  ['fault_detail', (run) => run.fault?.detail ?? null],
  ['unit', (run) => run.unitSerial],
  ['model', (run) => run.model],
  ['recipe', (run) => run.recipe],
  ['recipe_sha256', (run) => run.recipeHash],
  ['attempt', (run) => run.attempt],
  ['bay', (run) => run.bay],
  ['bay_label', (run) => run.bayLabel],
  ['operator', (run) => run.operator],
  ['host', (run) => run.host],
  ['image', (run) => run.imageName],
  ['image_id', (run) => run.imageId],
  ['image_digest', (run) => run.imageDigest],
  ['content_sha256', (run) => run.contentHash],
  ['physical_path', (run) => run.physicalPath],
  ['tests', (run) => run.tests.length],
  ['tests_failed', (run) => run.tests.filter(({ verdict }) => verdict !== 'PASS').length],
];

export const runColumnNames: readonly string[] = columns.map(([name]) => name);

/** A run's cells, in the order of `runColumnNames`. */
export function runCells(run: RunRecord): CsvCell[] {
  return columns.map(([, value]) => value(run));
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
