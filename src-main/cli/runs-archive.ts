import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { ChainReport } from '../../src-shared/model/chain.js';
import { fail, type Fault } from '../../src-shared/model/result.js';
import { lockHome } from '../core/config/home-lock.js';
import { backUpRecords, restoreRecords, type BackupFacts } from '../core/records/backup.js';
import { verifyChain } from '../core/records/verify-chain.js';
import { homeOf, outputOf, type Action, type CommonOptions, type Context } from './context.js';
import { exitCodes, type Output } from './output.js';

const recordsOf = (options: CommonOptions, context: Context): string =>
  join(homeOf(options, context), 'records.db');

export interface VerifyRunsOptions extends CommonOptions {
  /** A seal that was noted earlier. */
  head?: string;
}

/** `slipway runs verify`: exits 0 when every record is as it was sealed, 1 when one is not. */
export async function verifyRuns(options: VerifyRunsOptions, context: Context): Action {
  const output = outputOf(options, context);
  const found = await stoppable(context, async (signal) => {
    const report = await verifyChain({ path: recordsOf(options, context), noted: options.head, signal });
    return signal.aborted ? fail('archive-stopped') : report;
  });
  if (!found.ok) return told(found.error, output);
  tellChain(found.value, output);
  return found.value.problemCount === 0 ? exitCodes.ok : exitCodes.FAIL;
}

function tellChain(report: ChainReport, output: Output): void {
  const { messages } = output;
  const { records, head, problems, problemCount } = report;
  for (const problem of problems) {
    output.event('problem', { ...problem });
    const words = { run: problem.run ?? 'none', seq: problem.seq ?? 0 };
    output.line(messages.text(`cli.chain-${problem.kind}`, words));
  }
  output.event('verified', { records, head, problems: problemCount });
  if (problemCount > problems.length) {
    output.line(messages.text('cli.chain-more', { count: problemCount - problems.length }));
  }
  output.line(messages.text('cli.chain', { records, problems: problemCount }));
  output.line(messages.text('cli.chain-head', { head }));
}

/** `slipway runs backup FILE`: a copy of the records, also while a station runs on them. */
export async function backUpRuns(file: string, options: CommonOptions, context: Context): Action {
  const output = outputOf(options, context);
  const path = resolve(file);
  const made = await stoppable(context, (signal) =>
    backUpRecords(recordsOf(options, context), path, { signal }),
  );
  if (!made.ok) return told(made.error, output);
  tellCopy('backup', path, made.value, output);
  // A copy of what was tampered with is a good copy; whoever makes it should know.
  if (made.value.chain.problemCount > 0) tellChain(made.value.chain, output);
  return exitCodes.ok;
}

/** `slipway runs restore FILE`: puts a copy in the place of the records, which are kept beside it. */
export async function restoreRuns(file: string, options: CommonOptions, context: Context): Action {
  const output = outputOf(options, context);
  const home = homeOf(options, context);
  const lock = await lockHome(home);
  if (!lock.ok) {
    output.fault(lock.error);
    return exitCodes.ERROR;
  }
  try {
    const restored = await stoppable(context, (signal) =>
      restoreRecords(resolve(file), recordsOf(options, context), Date.now(), { signal }),
    );
    if (!restored.ok) return told(restored.error, output);
    const { facts, kept } = restored.value;
    tellCopy('restored', recordsOf(options, context), facts, output);
    if (kept !== null) output.line(output.messages.text('cli.restored-kept', { path: kept }));
    return exitCodes.ok;
  } finally {
    lock.value.dispose();
  }
}

/** Work that Ctrl-C ends. */
async function stoppable<Value>(
  context: Context,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const stopped = new AbortController();
  const forget = context.onStop(() => stopped.abort());
  try {
    return await work(stopped.signal);
  } finally {
    forget();
  }
}

/** Says what went wrong; the exit code for it. */
function told(fault: Fault, output: Output): number {
  output.fault(fault);
  return fault.code === 'archive-stopped' ? exitCodes.ABORTED : exitCodes.ERROR;
}

function tellCopy(type: 'backup' | 'restored', path: string, facts: BackupFacts, output: Output): void {
  const { runs, newest, size, chain } = facts;
  const when = newest === null ? '–' : new Date(newest).toISOString();
  output.event(type, { path, host: hostname(), runs, newest, size, head: chain.head });
  output.line(output.messages.text(`cli.${type}`, { path, runs, when }));
  output.line(output.messages.text('cli.chain-head', { head: chain.head }));
}
