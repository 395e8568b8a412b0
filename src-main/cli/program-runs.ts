import { Option, type Command } from 'commander';
import type { Messages } from '../../src-shared/messages/messages.js';
import { verdictSchema } from '../../src-shared/model/run.js';
import type { Action, CommonOptions, Context } from './context.js';
import { backUpRuns, restoreRuns, verifyRuns, type VerifyRunsOptions } from './runs-archive.js';
import { exportFormats, exportRuns, faultCodeNamed, type ExportOptions } from './runs-export.js';
import { listShifts } from './shifts.js';
import { oneOf, pointInTime, UsageError, wholeNumber } from './usage.js';

/** `slipway runs export|shifts|verify|backup|restore`: what leaves the station, and what comes back. */
export function addRunsArchive(
  runs: Command,
  context: Context,
  add: (parent: Command, name: string, description: string) => Command,
  finish: (work: Action) => Promise<void>,
): void {
  const { messages } = context;
  const home = ['--home <dir>', messages.text('cli.option-home')] as const;
  const json = ['--json', messages.text('cli.option-json')] as const;

  withFilters(add(runs, 'export', messages.text('cli.runs-export')), messages)
    .option(...home)
    .addOption(
      new Option(`--format <${exportFormats.join('|')}>`, messages.text('cli.option-format'))
        .default('csv')
        .argParser(oneOf(messages, '--format', exportFormats)),
    )
    .option('--measurements', messages.text('cli.option-measurements'))
    .option('--output <file>', messages.text('cli.option-output'))
    .option('--verdict <verdict>', messages.text('cli.option-verdict'), (given: string) => {
      const verdict = verdictSchema.safeParse(given.toUpperCase());
      if (verdict.success) return verdict.data;
      const reason = messages.text('cli.usage-verdict');
      throw new UsageError(messages.text('cli.usage-invalid', { given, option: '--verdict', reason }));
    })
    .option('--serial <serial>', messages.text('cli.option-serial'))
    .option('--recipe <name>', messages.text('cli.option-recipe-filter'))
    .option('--bay <n>', messages.text('cli.option-bay'), wholeNumber(messages, '--bay', 1, 999))
    .action((options: ExportOptions) => finish(exportRuns(options, context)));

  add(runs, 'shifts', messages.text('cli.runs-shifts'))
    .option(...home)
    .option(...json)
    .option('--limit <n>', messages.text('cli.option-limit'), wholeNumber(messages, '--limit', 1, 1000), 50)
    .action((options: CommonOptions & { limit: number }) => finish(listShifts(options, context)));

  add(runs, 'verify', messages.text('cli.runs-verify'))
    .option(...home)
    .option('--head <seal>', messages.text('cli.option-head'), (given: string) => {
      if (/^[0-9a-f]{64}$/i.test(given)) return given.toLowerCase();
      const reason = messages.text('cli.usage-seal');
      throw new UsageError(messages.text('cli.usage-invalid', { given, option: '--head', reason }));
    })
    .option(...json)
    .action((options: VerifyRunsOptions) => finish(verifyRuns(options, context)));

  add(runs, 'backup', messages.text('cli.runs-backup'))
    .argument('<file>', messages.text('cli.argument-file'))
    .option(...home)
    .option(...json)
    .action((file: string, options: CommonOptions) => finish(backUpRuns(file, options, context)));

  add(runs, 'restore', messages.text('cli.runs-restore'))
    .argument('<file>', messages.text('cli.argument-file'))
    .option(...home)
    .option(...json)
    .action((file: string, options: CommonOptions) => finish(restoreRuns(file, options, context)));
}

/** What narrows the history down beside verdict, serial number, recipe and bay. */
export function withFilters(command: Command, messages: Messages): Command {
  return command
    .option('--model <model>', messages.text('cli.option-model'))
    .option('--operator <name>', messages.text('cli.option-operator'))
    .option('--fault <code>', messages.text('cli.option-fault'), (given: string) => {
      const code = faultCodeNamed(given);
      if (code !== undefined) return code;
      const reason = messages.text('cli.usage-fault');
      throw new UsageError(messages.text('cli.usage-invalid', { given, option: '--fault', reason }));
    })
    .option(
      '--batch <n>',
      messages.text('cli.option-batch'),
      wholeNumber(messages, '--batch', 1, 1_000_000_000),
    )
    .option('--from <time>', messages.text('cli.option-from'), pointInTime(messages, '--from'))
    .option('--until <time>', messages.text('cli.option-until'), pointInTime(messages, '--until'));
}
