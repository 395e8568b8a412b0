import { statSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import { z } from 'zod';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { ChainProblem, ChainReport } from '../../../src-shared/model/chain.js';
import { chainBeginning, sealOf } from './chain.js';
import { runOfRow, selectRuns } from './run-rows.js';
import { connect, createStatements, databaseFault, type Database } from './sqlite.js';

/** How many links are looked at before whatever else the process has to do. */
const pageSize = 100;
/** How many problems are named; the rest is counted. */
const namedProblems = 200;

const linkSchema = z.object({ seq: z.number(), run: z.string(), previous: z.string(), hash: z.string() });
type Link = z.infer<typeof linkSchema>;

export interface VerifyOptions {
  /** The database. A station may run on it meanwhile. */
  path: string;
  /** A head that was noted earlier: it must be in the chain, unless records were cut off or made anew. */
  noted?: string | undefined;
  /** Told now and then how far it is. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Holds every record against the seal that it got with its verdict, and every seal against the one before.
 * Changes nothing. `records-missing`; `records-corrupt` where the file itself is damaged; `records-unwritable`
 * when it cannot be opened. When the signal aborts, it reports what it has looked at so far.
 */
export async function verifyChain(options: VerifyOptions): Promise<Result<ChainReport>> {
  const { path } = options;
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return fail('records-missing', { path });
  let database: Database | undefined;
  try {
    database = connect(path, 'read');
    return ok(await verify(database, options));
  } catch (error) {
    return databaseFault(error, path);
  } finally {
    database?.close();
  }
}

async function verify(
  database: Database,
  { path, noted, onProgress, signal }: VerifyOptions,
): Promise<ChainReport> {
  const statement = createStatements(database);
  const problems: ChainProblem[] = [];
  let problemCount = 0;
  const report = (problem: ChainProblem): void => {
    problemCount += 1;
    if (problems.length < namedProblems) problems.push(problem);
  };

  /** Links that are not there, from `first` on. However many somebody made the gap, few are named. */
  const reportLost = (first: number, end: number): void => {
    const named = Math.min(end, first + namedProblems);
    for (let lost = first; lost < named; lost += 1) report({ kind: 'missing', run: null, seq: lost });
    problemCount += Math.max(0, end - named);
  };

  const begun = statement("SELECT 1 FROM sqlite_schema WHERE name = 'chain_head'").get() !== undefined;
  const head = z
    .object({ count: z.number(), hash: z.string() })
    .optional()
    .parse(begun ? statement('SELECT count, hash FROM chain_head').get() : undefined);
  if (head === undefined) {
    return {
      records: 0,
      head: chainBeginning,
      problems: [{ kind: 'no-chain', run: null, seq: null }],
      problemCount: 1,
    };
  }

  const pageOfLinks = statement(
    'SELECT seq, run, previous, hash FROM chain WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const pageOfRuns = statement(`${selectRuns} WHERE runs.id IN (SELECT value FROM json_each(?))`);
  const holder = statement('SELECT seq FROM chain WHERE hash = ?');
  let before: Link = { seq: 0, run: '', previous: '', hash: chainBeginning };
  let notedSeen = noted === undefined || noted === chainBeginning;
  let headSeen = head.count === 0;

  for (;;) {
    const links = z.array(linkSchema).parse(pageOfLinks.all(before.seq, pageSize));
    if (links.length === 0 || signal?.aborted === true) break;
    const runs = new Map<string, unknown>();
    for (const row of pageOfRuns.all(JSON.stringify(links.map(({ run }) => run)))) {
      runs.set((row as { id: string }).id, row);
    }
    for (const link of links) {
      const { seq, run, previous, hash } = link;
      reportLost(before.seq + 1, seq);
      const row = runs.get(run);
      if (row === undefined) report({ kind: 'missing', run, seq });
      else {
        const record = runOfRow(row, path);
        if (!record.ok || sealOf(previous, record.value) !== hash) report({ kind: 'edited', run, seq });
      }
      // Where links between are missing, that has been said. A seal that stands elsewhere was moved.
      if (seq === before.seq + 1 && previous !== before.hash) {
        const elsewhere = previous === chainBeginning || holder.get(previous) !== undefined;
        report({ kind: elsewhere ? 'reordered' : 'replaced', run, seq });
      }
      notedSeen ||= hash === noted;
      headSeen ||= seq === head.count && hash === head.hash;
      before = link;
    }
    onProgress?.(before.seq, Math.max(head.count, before.seq));
    await breathe();
  }

  if (signal?.aborted !== true) reportLost(before.seq + 1, head.count + 1);
  if (!headSeen && before.seq >= head.count) report({ kind: 'head-differs', run: null, seq: head.count });
  if (!notedSeen) report({ kind: 'noted-head-unknown', run: null, seq: null });
  await reportAdded(database, report, signal);
  return { records: before.seq, head: before.hash, problems, problemCount };
}

/** Records with a verdict that never got a seal: the station did not write them. */
async function reportAdded(
  database: Database,
  report: (problem: ChainProblem) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const statement = createStatements(database);
  const page = statement(
    `SELECT position, runs.id AS run,
      verdict <> '' AND NOT EXISTS (SELECT 1 FROM chain WHERE chain.run = runs.id) AS added
     FROM runs JOIN facets ON facets.id = runs.facet WHERE position > ? ORDER BY position LIMIT ?`,
  );
  const rowSchema = z.array(z.object({ position: z.number(), run: z.string(), added: z.number() }));
  for (let position = -1; signal?.aborted !== true;) {
    const rows = rowSchema.parse(page.all(position, pageSize * 5));
    const last = rows.at(-1);
    if (last === undefined) return;
    for (const { run, added } of rows) if (added === 1) report({ kind: 'added', run, seq: null });
    position = last.position;
    await breathe();
  }
}
