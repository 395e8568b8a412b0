import { Command } from 'commander';
import type { Action, CommandTools, CommonOptions, Context } from './context.js';
import { addBatchCommands } from './batches.js';
import { cleanupGroups, runCleanup, type CleanupGroup, type CleanupOptions } from './cleanup.js';
import { runDoctor, type DoctorOptions } from './doctor.js';
import { addFileCommands } from './files.js';
import { runFlash, type FlashOptions } from './flash.js';
import { addMakingCommands } from './images-make-program.js';
import { addKeepingCommands } from './images-program.js';
import { addRunsCommands } from './program-runs.js';
import { addLabelCommand } from './label.js';
import { listPorts } from './ports.js';
import { checkRecipes, listRecipes } from './recipes.js';
import { runStation } from './station.js';
import { localizeHelp, UsageError } from './usage.js';
import { addVolumeCommands } from './volumes.js';
import { addWebhookCommands } from './webhooks.js';

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

  const common = (command: Command): Command => command.option(...home).option(...json);
  const tools: CommandTools = { context, add, common, finish };

  const program = localizeHelp(new Command('slipway'), messages)
    .description(messages.text('cli.program'))
    .version(version, '-V, --version', messages.text('cli.option-version'));

  common(add(program, 'station', messages.text('cli.station'))).action((options: CommonOptions) =>
    finish(runStation(options, context)),
  );

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

  common(add(program, 'ports', messages.text('cli.ports'))).action((options: CommonOptions) =>
    finish(listPorts(options, context)),
  );

  common(add(program, 'doctor', messages.text('cli.doctor')))
    .option('--ticket', messages.text('cli.option-ticket'))
    .action((options: DoctorOptions) => finish(runDoctor(options, context, version)));

  common(add(program, 'cleanup', messages.text('cli.cleanup')))
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
  common(add(recipes, 'list', messages.text('cli.recipes-list'))).action((options: CommonOptions) =>
    finish(listRecipes(options, context)),
  );

  const images = add(program, 'images', messages.text('cli.images'));
  addKeepingCommands(images, tools);
  addMakingCommands(images, tools);
  const files = add(program, 'files', messages.text('cli.files'));
  addFileCommands(files, tools);
  const volumes = add(program, 'volumes', messages.text('cli.volumes'));
  addVolumeCommands(volumes, tools);

  addLabelCommand(common(add(program, 'label', messages.text('cli.label'))), tools);
  const webhooks = add(program, 'webhooks', messages.text('cli.webhooks'));
  addWebhookCommands(webhooks, tools);

  const runs = add(program, 'runs', messages.text('cli.runs'));
  addRunsCommands(runs, tools);

  const batches = add(program, 'batches', messages.text('cli.batches'));
  addBatchCommands(batches, tools);

  return { program, result };
}
