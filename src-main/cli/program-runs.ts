import { Option, type Command } from 'commander';
import type { Messages } from '../../src-shared/messages/messages.js';
import { verdictSchema } from '../../src-shared/model/run.js';
import type { CommandTools, CommonOptions } from './context.js';
import { backUpRuns, restoreRuns, verifyRuns, type VerifyRunsOptions } from './runs-archive.js';
import { listRuns, showRun, type ListOptions } from './runs.js';
import { exportFormats, exportRuns, faultCodeNamed, type ExportOptions } from './runs-export.js';
import { listShifts } from './shifts.js';
import { oneOf, pointInTime, UsageError, wholeNumber } from './usage.js';

/** `slipway runs`: what was recorded, what leaves the station of it, and what comes back. */
export function addRunsCommands(runs: Command, { context, add, common, finish }: CommandTools): void {
  const { messages } = context;

  withFilters(common(add(runs, 'list', messages.text('cli.runs-list'))), messages)
    .option('--limit <n>', messages.text('cli.option-limit'), wholeNumber(messages, '--limit', 1, 500), 50)
    .option('--before <run>', messages.text('cli.option-before'))
    .action((options: ListOptions) => finish(listRuns(options, context)));

  common(add(runs, 'show', messages.text('cli.runs-show')))
    .argument('<run>', messages.text('cli.argument-run'))
    .option('--log', messages.text('cli.option-log'))
    .action((run: string, options: CommonOptions & { log?: boolean }) =>
      finish(showRun(run, options, context)),
    );

  // No --json: the format is the output.
  withFilters(add(runs, 'export', messages.text('cli.runs-export')), messages)
    .option('--home <dir>', messages.text('cli.option-home'))
    .addOption(
      new Option(`--format <${exportFormats.join('|')}>`, messages.text('cli.option-format'))
        .default('csv')
        .argParser(oneOf(messages, '--format', exportFormats)),
    )
    .option('--measurements', messages.text('cli.option-measurements'))
    .option('--output <file>', messages.text('cli.option-output'))
    .action((options: ExportOptions) => finish(exportRuns(options, context)));

  common(add(runs, 'shifts', messages.text('cli.runs-shifts')))
    .option('--limit <n>', messages.text('cli.option-limit'), wholeNumber(messages, '--limit', 1, 1000), 50)
    .action((options: CommonOptions & { limit: number }) => finish(listShifts(options, context)));

  common(add(runs, 'verify', messages.text('cli.runs-verify')))
    .option('--head <seal>', messages.text('cli.option-head'), (given: string) => {
      if (/^[0-9a-f]{64}$/i.test(given)) return given.toLowerCase();
      const reason = messages.text('cli.usage-seal');
      throw new UsageError(messages.text('cli.usage-invalid', { given, option: '--head', reason }));
    })
    .action((options: VerifyRunsOptions) => finish(verifyRuns(options, context)));

  common(add(runs, 'backup', messages.text('cli.runs-backup')))
    .argument('<file>', messages.text('cli.argument-file'))
    .action((file: string, options: CommonOptions) => finish(backUpRuns(file, options, context)));

  common(add(runs, 'restore', messages.text('cli.runs-restore')))
    .argument('<file>', messages.text('cli.argument-file'))
    .action((file: string, options: CommonOptions) => finish(restoreRuns(file, options, context)));
}

/** What narrows the history down. */
function withFilters(command: Command, messages: Messages): Command {
  return command
    .option('--verdict <verdict>', messages.text('cli.option-verdict'), (given: string) => {
      const verdict = verdictSchema.safeParse(given.toUpperCase());
      if (verdict.success) return verdict.data;
      const reason = messages.text('cli.usage-verdict');
      throw new UsageError(messages.text('cli.usage-invalid', { given, option: '--verdict', reason }));
    })
    .option('--serial <serial>', messages.text('cli.option-serial'))
    .option('--recipe <name>', messages.text('cli.option-recipe-filter'))
    .option('--bay <n>', messages.text('cli.option-bay'), wholeNumber(messages, '--bay', 1, 999))
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
