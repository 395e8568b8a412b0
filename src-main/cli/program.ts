import { addLabelCommand } from './label.js';
import { addWebhookCommands } from './webhooks.js';
import { Command } from 'commander';
import { verdictSchema } from '../../src-shared/model/run.js';
import type { Action, CommonOptions, Context } from './context.js';
import { cleanupGroups, runCleanup, type CleanupGroup, type CleanupOptions } from './cleanup.js';
import { runDoctor, type DoctorOptions } from './doctor.js';
import { addFileCommands } from './files.js';
import { runFlash, type FlashOptions } from './flash.js';
import { addMakingCommands } from './images-make-program.js';
import { addKeepingCommands } from './images-program.js';
import { addBatchCommands } from './batches.js';
import { addRunsArchive, withFilters } from './program-runs.js';
import { listPorts } from './ports.js';
import { checkRecipes, listRecipes } from './recipes.js';
import { listRuns, showRun, type ListOptions } from './runs.js';
import { runStation } from './station.js';
import { localizeHelp, UsageError, wholeNumber } from './usage.js';
import { addVolumeCommands } from './volumes.js';

/** The command line as a table of contents. `result` says which command was meant and how it ended. */
export function createProgram(
  context: Context,
  version: string,
): { program: Command; result: { exitCode: number; command: string } } {
  const { messages } = context;
  const result = { exitCode: 0, command: '' };
  const home = ['--home <dir>', messages.text('cli.option-home')] as const;
  const json = ['--json', messages.text('cli.option-json')] as const;

  const finish = async (work: Action): Promise<void> => {
    result.exitCode = await work;
  };

  function add(parent: Command, name: string, description: string): Command {
    const command = localizeHelp(parent.command(name).description(description), messages);
    const path = parent.name() === 'slipway' ? name : `${parent.name()} ${name}`;
    // Known before the command's own options are looked at: an error names it.
    const parse = command.parseOptions.bind(command);
    command.parseOptions = (argv) => {
      result.command = path;
      return parse(argv);
    };
    return command;
  }

  const program = localizeHelp(new Command('slipway'), messages)
    .description(messages.text('cli.program'))
    .version(version, '-V, --version', messages.text('cli.option-version'));

  add(program, 'station', messages.text('cli.station'))
    .option(...home)
    .option(...json)
    .action((options: CommonOptions) => finish(runStation(options, context)));

  add(program, 'flash', messages.text('cli.flash'))
    .option('--port <path>', messages.text('cli.option-port'))
    .option('--recipe <name>', messages.text('cli.option-recipe'))
    .option(...home)
    .option('--junit <file>', messages.text('cli.option-junit'))
    .option(...json)
    .action(({ port, recipe, ...options }: Partial<FlashOptions>) => {
      // Looked at here and not by commander: it would name a missing option before an unknown one.
      const missing = port === undefined ? '--port' : '--recipe';
      if (port === undefined || recipe === undefined) {
        const named = { given: missing, command: 'flash' };
        throw new UsageError(messages.text('cli.usage-missing-option', named));
      }
      return finish(runFlash({ port, recipe, ...options }, context));
    });

  add(program, 'ports', messages.text('cli.ports'))
    .option(...home)
    .option(...json)
    .action((options: CommonOptions) => finish(listPorts(options, context)));

  add(program, 'doctor', messages.text('cli.doctor'))
    .option(...home)
    .option(...json)
    .option('--ticket', messages.text('cli.option-ticket'))
    .action((options: DoctorOptions) => finish(runDoctor(options, context, version)));

  add(program, 'cleanup', messages.text('cli.cleanup'))
    .option(...home)
    .option(...json)
    .option('--yes', messages.text('cli.option-yes'))
    .option('--only <kinds>', messages.text('cli.option-only'), (given: string) => {
      const groups = Object.keys(cleanupGroups) as CleanupGroup[];
      const wanted = given.split(',').map((each) => each.trim());
      const known = groups.filter((group) => wanted.includes(group));
      if (known.length === new Set(wanted).size) return known;
      const reason = messages.text('cli.usage-kinds', { kinds: groups.join(', ') });
      throw new UsageError(messages.text('cli.usage-invalid', { given, option: '--only', reason }));
    })
    .action((options: CleanupOptions) => finish(runCleanup(options, context)));

  const recipes = add(program, 'recipes', messages.text('cli.recipes'));
  add(recipes, 'check', messages.text('cli.recipes-check'))
    .argument('<file...>', messages.text('cli.argument-files'))
    .option(...json)
    .action((files: string[], options: CommonOptions) => finish(checkRecipes(files, options, context)));
  add(recipes, 'list', messages.text('cli.recipes-list'))
    .option(...home)
    .option(...json)
    .action((options: CommonOptions) => finish(listRecipes(options, context)));

  const images = add(program, 'images', messages.text('cli.images'));
  const common = (command: Command): Command => command.option(...home).option(...json);
  addKeepingCommands({ images, add, finish, common, context });
  addMakingCommands({ images, add, finish, common, context });
  const files = add(program, 'files', messages.text('cli.files'));
  addFileCommands({ files, add, finish, common, context });
  const volumes = add(program, 'volumes', messages.text('cli.volumes'));
  addVolumeCommands({ volumes, add, finish, common, context });

  addLabelCommand(common(add(program, 'label', messages.text('cli.label'))), context, finish);
  const webhooks = add(program, 'webhooks', messages.text('cli.webhooks'));
  addWebhookCommands({ webhooks, add, finish, common, context });

  const runs = add(program, 'runs', messages.text('cli.runs'));
  withFilters(add(runs, 'list', messages.text('cli.runs-list')), messages)
    .option(...home)
    .option(...json)
    .option('--limit <n>', messages.text('cli.option-limit'), wholeNumber(messages, '--limit', 1, 500), 50)
    .option('--verdict <verdict>', messages.text('cli.option-verdict'), (given: string) => {
      const verdict = verdictSchema.safeParse(given.toUpperCase());
      if (verdict.success) return verdict.data;
      const reason = messages.text('cli.usage-verdict');
      throw new UsageError(messages.text('cli.usage-invalid', { given, option: '--verdict', reason }));
    })
    .option('--serial <serial>', messages.text('cli.option-serial'))
    .option('--recipe <name>', messages.text('cli.option-recipe-filter'))
    .option('--bay <n>', messages.text('cli.option-bay'), wholeNumber(messages, '--bay', 1, 999))
    .option('--before <run>', messages.text('cli.option-before'))
    .action((options: ListOptions) => finish(listRuns(options, context)));
  add(runs, 'show', messages.text('cli.runs-show'))
    .argument('<run>', messages.text('cli.argument-run'))
    .option(...home)
    .option(...json)
    .option('--log', messages.text('cli.option-log'))
    .action((run: string, options: CommonOptions & { log?: boolean }) =>
      finish(showRun(run, options, context)),
    );
  addRunsArchive(runs, context, add, finish);

  const batches = add(program, 'batches', messages.text('cli.batches'));
  addBatchCommands({ batches, add, finish, common, context });

  return { program, result };
}
