import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Batch } from '../../src-shared/model/batch.js';
import { fail, fault, ok, type Fault, type Result } from '../../src-shared/model/result.js';
import { batchCsv, batchPdf } from '../core/batches/batch-report.js';
import { writeReport } from '../core/reports/report-file.js';
import { createSystemClock } from '../core/clock.js';
import { createRecipeStore } from '../core/recipes/recipe-store.js';
import type { Records } from '../core/records/records.js';
import {
  type Action,
  type CommandTools,
  type CommonOptions,
  type Context,
  homeOf,
  outputOf,
} from './context.js';
import { exitCodes, formatTable, type Output } from './output.js';
import { readHomeSettings } from './home-settings.js';
import { openHistory } from './runs.js';
import { oneOf, UsageError, wholeNumber } from './usage.js';

interface OpenOptions extends CommonOptions {
  order?: string;
  recipe?: string;
  quantity?: number;
  serials?: string;
  operator?: string;
}

/** `slipway batches list|show|open|close|report`: orders of so many units. A station may run on the records meanwhile. */
export function addBatchCommands(batches: Command, tools: CommandTools): void {
  const { add, finish, common, context } = tools;
  const { messages } = context;
  const operator = ['--operator <name>', messages.text('cli.option-by')] as const;
  const number = (given: string): number => wholeNumber(messages, '<batch>', 1, 1_000_000_000)(given);
  const needed = <Value>(given: Value | undefined, option: string): Value => {
    if (given !== undefined) return given;
    const named = { given: option, command: 'batches open' };
    throw new UsageError(messages.text('cli.usage-missing-option', named));
  };

  common(add(batches, 'list', messages.text('cli.batches-list'))).action((given: CommonOptions) =>
    finish(withRecords(given, context, ({ batches: all }, output) => told(all.list(), output))),
  );
  common(add(batches, 'show', messages.text('cli.batches-show')))
    .argument('<batch>', messages.text('cli.argument-batch'), number)
    .action((id: number, given: CommonOptions) =>
      finish(
        withRecords(given, context, ({ batches: all }, output) => {
          const found = all.show(id);
          if (!found.ok) return found;
          const { batch, units, missing } = found.value;
          tell([batch], output);
          for (const unit of units) output.event('unit', { ...unit });
          output.event('missing', { serials: missing });
          for (const { serial, verdict, lastRun } of units) {
            output.line(`${serial ?? '-'}  ${messages.text(`words.verdict.${verdict}`)}  ${lastRun}`);
          }
          for (const serial of missing)
            output.line(`${serial}  ${messages.text('history.batch.notFlashed')}`);
          return ok();
        }),
      ),
    );
  common(add(batches, 'open', messages.text('cli.batches-open')))
    .option('--order <number>', messages.text('cli.option-order'))
    .option('--recipe <name>', messages.text('cli.option-recipe'))
    .option(
      '--quantity <n>',
      messages.text('cli.option-quantity'),
      wholeNumber(messages, '--quantity', 1, 1_000_000),
    )
    .option('--serials <file>', messages.text('cli.option-serials'))
    .option(...operator)
    .action((given: OpenOptions) => {
      const order = needed(given.order, '--order');
      const recipe = needed(given.recipe, '--recipe');
      const quantity = needed(given.quantity, '--quantity');
      return finish(
        withRecords(given, context, async ({ batches: all }, output) => {
          const known = await knownRecipe(recipe, homeOf(given, context));
          if (!known.ok) return known;
          const by = await whoActs(given, context);
          if (!by.ok) return by;
          const serials = given.serials === undefined ? ok([]) : serialsOf(resolve(given.serials));
          if (!serials.ok) return serials;
          const wanted = { orderNumber: order, recipe, quantity, serials: serials.value };
          return told(listed(all.open(wanted, by.value)), output);
        }),
      );
    });
  common(add(batches, 'close', messages.text('cli.batches-close')))
    .argument('<batch>', messages.text('cli.argument-batch'), number)
    .option(...operator)
    .action((id: number, given: CommonOptions & { operator?: string }) =>
      finish(
        withRecords(given, context, async ({ batches: all }, output) => {
          const by = await whoActs(given, context);
          return by.ok ? told(listed(all.close(id, by.value)), output) : by;
        }),
      ),
    );
  common(add(batches, 'report', messages.text('cli.batches-report')))
    .argument('<batch>', messages.text('cli.argument-batch'), number)
    .argument('<file>', messages.text('cli.argument-file'))
    .option(
      '--format <pdf|csv>',
      messages.text('cli.option-report-format'),
      oneOf(messages, '--format', ['pdf', 'csv']),
    )
    .action((id: number, file: string, given: CommonOptions & { format?: 'pdf' | 'csv' }) =>
      finish(
        withRecords(given, context, async ({ batches: all }) => {
          const found = all.show(id);
          if (!found.ok) return found;
          const format = given.format ?? (file.toLowerCase().endsWith('.csv') ? 'csv' : 'pdf');
          const report =
            format === 'csv'
              ? batchCsv(found.value, messages)
              : await batchPdf(found.value, messages, found.value.batch.host);
          return writeReport(resolve(file), report);
        }),
      ),
    );
}

/** An order of a recipe that is not there would wait for ever. */
async function knownRecipe(recipe: string, home: string): Promise<Result<void>> {
  const store = createRecipeStore({ folder: join(home, 'recipes'), clock: createSystemClock() });
  await store.start();
  const found = store.find(recipe);
  store.dispose();
  return found === undefined ? fail('recipe-unknown', { recipe }) : ok();
}

/** Who is on record: who is named, or the operator of the station's settings. */
async function whoActs(
  given: CommonOptions & { operator?: string },
  context: Context,
): Promise<Result<{ operator: string; at: number }>> {
  const settings = await readHomeSettings(homeOf(given, context), context);
  if (!settings.ok) return settings;
  return ok({ operator: given.operator ?? settings.value.operator, at: Date.now() });
}

/** Serial numbers of a file, one a line. */
function serialsOf(path: string): Result<string[]> {
  try {
    const lines = readFileSync(path, 'utf8').split(/\r?\n/);
    return ok(lines.map((line) => line.trim()).filter((line) => line !== ''));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return fail('host-missing', { path }, error.message);
  }
}

const listed = (batch: Result<Batch>): Result<Batch[]> => (batch.ok ? ok([batch.value]) : batch);

function told(found: Result<Batch[]>, output: Output): Result<void> {
  if (!found.ok) return found;
  tell(found.value, output);
  return ok();
}

function tell(batches: readonly Batch[], output: Output): void {
  const { messages } = output;
  for (const batch of batches) output.event('batch', { batch });
  if (batches.length === 0) return output.note(messages.text('history.batch.none'));
  output.line(
    formatTable(
      [
        '#',
        messages.text('history.batch.order'),
        messages.text('history.filter.recipe'),
        messages.text('words.verdict.PASS'),
        messages.text('history.batch.quantity'),
        messages.text('history.batch.opened'),
        messages.text('history.batch.closed'),
      ],
      batches.map(({ id, orderNumber, recipe, passed, quantity, openedAt, closedAt }) => [
        String(id),
        orderNumber,
        recipe,
        String(passed),
        String(quantity),
        new Date(openedAt).toISOString(),
        closedAt === null ? messages.text('history.batch.isOpen') : new Date(closedAt).toISOString(),
      ]),
    ),
  );
}

/** Opens the records for one command and closes them after it. */
async function withRecords(
  options: CommonOptions,
  context: Context,
  work: (records: Records, output: Output) => Result<void> | Promise<Result<void>>,
): Action {
  const output = outputOf(options, context);
  const failed = (problem: Fault): number => {
    output.fault(problem);
    return exitCodes.ERROR;
  };
  const records = openHistory(options, context);
  if (records === undefined) return failed(fault('records-missing', { path: 'records.db' }));
  if (!records.ok) return failed(records.error);
  try {
    const done = await work(records.value, output);
    return done.ok ? exitCodes.ok : failed(done.error);
  } finally {
    records.value.close();
  }
}
