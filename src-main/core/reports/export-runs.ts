import { ok, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import type { Records, RunSearch } from '../records/records.js';

/** How many runs are in memory at a time. */
const pageSize = 500;

/**
 * Hands over every run that matches, newest first, however many there are, a page at a time. Resolves to their
 * number. What the reader of the export cannot take yet is waited for: `take` may be slow.
 */
export async function eachRun(
  records: Pick<Records, 'list'>,
  search: Omit<RunSearch, 'limit'>,
  take: (run: RunRecord) => Promise<void>,
  signal?: AbortSignal,
): Promise<Result<number>> {
  let count = 0;
  let { before } = search;
  for (;;) {
    const page = records.list({ ...search, before, limit: pageSize });
    if (!page.ok) return page;
    for (const run of page.value) {
      if (signal?.aborted === true) return ok(count);
      await take(run);
      count += 1;
    }
    const last = page.value.at(-1);
    if (last === undefined || page.value.length < pageSize) return ok(count);
    before = last.id;
  }
}
