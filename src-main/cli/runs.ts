import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fault, type FaultCode, type Result } from '../../src-shared/model/result.js';
import type { LogLine, RunRecord, Verdict } from '../../src-shared/model/run.js';
import { createSystemClock } from '../core/clock.js';
import { openRecords } from '../core/records/open-records.js';
import type { Records } from '../core/records/records.js';
import { createRunLogs } from '../core/records/run-logs.js';
import { homeOf, outputOf, type Action, type CommonOptions, type Context } from './context.js';
import { exitCodes, formatTable, type Output } from './output.js';

export interface ListOptions extends CommonOptions {
  limit: number;
  verdict?: Verdict;
  serial?: string;
  recipe?: string;
  bay?: number;
  model?: string;
  operator?: string;
  fault?: FaultCode;
  /** The number of an order, as `slipway batches list` shows it. */
  batch?: number;
  /** In ms since the epoch. */
  from?: number;
  until?: number;
  before?: string;
}

/** Opens the records of a home; undefined when nothing was ever recorded there. A station may run beside it. */
export function openHistory(options: CommonOptions, context: Context): Result<Records> | undefined {
  const path = join(homeOf(options, context), 'records.db');
  if (!existsSync(path)) return undefined;
  return openRecords({ path, clock: createSystemClock(), host: hostname() });
}

/** `slipway runs list`: newest first. */
export async function listRuns(options: ListOptions, context: Context): Action {
  const output = outputOf(options, context);
  const { messages } = context;
  const records = openHistory(options, context);
  if (records?.ok === false) return failed(output, records.error);
  if (records === undefined && options.batch !== undefined) {
    return failed(output, fault('batch-unknown', { batch: options.batch }));
  }
  const found = records?.value.list({
    limit: options.limit,
    ...(options.verdict === undefined ? {} : { verdict: options.verdict }),
    ...(options.serial === undefined ? {} : { unitSerial: options.serial }),
    ...(options.recipe === undefined ? {} : { recipe: options.recipe }),
    bay: options.bay,
    model: options.model,
    operator: options.operator,
    faultCode: options.fault,
    batch: options.batch,
    from: options.from,
    until: options.until,
    ...(options.before === undefined ? {} : { before: options.before }),
  });
  records?.value.close();
  if (found?.ok === false) return failed(output, found.error);
  const runs = found?.value ?? [];
  for (const run of runs) output.event('run', { run });
  if (runs.length === 0) output.note(messages.text('cli.no-runs'));
  else {
    const header = ['run', 'when', 'bay', 'recipe', 'unit', 'verdict', 'reason'] as const;
    output.line(
      formatTable(
        header.map((column) => messages.text(`cli.column-${column}`)),
        runs.map((run) => [
          run.id,
          new Date(run.startedAt).toISOString(),
          String(run.bay),
          run.recipe,
          run.unitSerial ?? '',
          verdictText(run, context),
          run.fault === null ? '' : messages.what(run.fault),
        ]),
      ),
    );
  }
  return Promise.resolve(exitCodes.ok);
}

/** `slipway runs show RUN`: everything that is recorded of one run, and its log when asked for. */
export async function showRun(
  runId: string,
  options: CommonOptions & { log?: boolean },
  context: Context,
): Action {
  const output = outputOf(options, context);
  const records = openHistory(options, context);
  if (records === undefined) return failed(output, fault('run-unknown', { run: runId }), exitCodes.usage);
  if (!records.ok) return failed(output, records.error);
  const found = records.value.find(runId);
  records.value.close();
  if (!found.ok) return failed(output, found.error, exitCodes.usage);
  const run = found.value;
  output.event('run', { run });
  output.line(describeRun(run, context));
  if (options.log !== true) return exitCodes.ok;
  const logs = createRunLogs({ folder: join(homeOf(options, context), 'logs'), clock: createSystemClock() });
  for (let from = 0; ;) {
    const part = await logs.read(runId, from, 5000);
    if (!part.ok) return failed(output, part.error);
    if (part.value.lines.length === 0) return exitCodes.ok;
    for (const line of part.value.lines) {
      output.event('log', { line });
      output.line(describeLine(line));
    }
    from += part.value.lines.length;
  }
}

function failed(
  output: Output,
  error: Parameters<Output['fault']>[0],
  exitCode: number = exitCodes.ERROR,
): number {
  output.fault(error);
  return exitCode;
}

function verdictText(run: RunRecord, { messages }: Context): string {
  return messages.text(run.verdict === null ? 'cli.still-running' : `words.verdict.${run.verdict}`);
}

function describeLine({ at, source, text }: LogLine): string {
  const clean = text.replace(/\p{Cc}/gu, '·');
  return `${new Date(at).toISOString()} ${source.padEnd(7)} ${clean}`;
}

function describeRun(run: RunRecord, context: Context): string {
  const { messages } = context;
  const seconds = (from: number, to: number | null): string =>
    to === null
      ? messages.text('cli.still-running')
      : messages.text('cli.seconds', { seconds: (to - from) / 1000 });
  const rows: [Parameters<typeof messages.text>[0], string][] = [
    ['cli.show-run', run.id],
    ['cli.show-verdict', verdictText(run, context)],
    ...(run.fault === null
      ? []
      : ([
          ['cli.show-reason', messages.what(run.fault)],
          ['cli.show-remedy', messages.remedy(run.fault)],
        ] satisfies [Parameters<typeof messages.text>[0], string][])),
    ['cli.show-unit', run.unitSerial ?? '–'],
    ['cli.show-model', run.model],
    ['cli.show-recipe', `${run.recipe} (${run.recipeHash.slice(0, 12)})`],
    ['cli.show-bay', `${run.bay} ${run.bayLabel} (${run.physicalPath})`],
    ['cli.show-port', run.portPath],
    ['cli.show-image', `${run.imageName} (${run.imageId ?? '–'})`],
    ['cli.show-content', run.contentHash ?? '–'],
    ['cli.show-attempt', String(run.attempt)],
    ['cli.show-operator', run.operator],
    ['cli.show-host', run.host],
    ['cli.show-started', new Date(run.startedAt).toISOString()],
    ['cli.show-duration', seconds(run.startedAt, run.endedAt)],
    [
      'cli.show-phases',
      run.phases
        .map(
          (phase) =>
            `${messages.text(`words.phase.${phase.phase}`)} ${seconds(phase.startedAt, phase.endedAt)}`,
        )
        .join(', '),
    ],
    [
      'cli.show-tests',
      run.tests.map((test) => `${test.name} ${messages.text(`words.verdict.${test.verdict}`)}`).join(', ') ||
        '–',
    ],
  ];
  const named = rows.map(([key, value]) => [messages.text(key), value] as const);
  const width = Math.max(...named.map(([name]) => name.length));
  return named.map(([name, value]) => `${name.padEnd(width)}  ${value.replace(/\p{Cc}/gu, '·')}`).join('\n');
}
