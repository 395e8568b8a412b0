import { Option, type Command } from 'commander';
import type { CommandTools, CommonOptions } from './context.js';
import {
  buildImage,
  debootstrapImage,
  importImage,
  type BuildOptions,
  type DebootstrapOptions,
  type ImportOptions,
} from './images-make.js';
import { UsageError } from './usage.js';

/** The commands of `slipway images` that make one. */
export function addMakingCommands(images: Command, tools: CommandTools): void {
  const { add, finish, common, context } = tools;
  const { messages } = context;
  const collect = (value: string, before: string[]): string[] => [...before, value];
  const replace = ['--replace', messages.text('cli.option-replace')] as const;
  const change = ['--change <instruction>', messages.text('cli.option-change')] as const;
  /** Looked at here and not by commander: it would name a missing option before an unknown one. */
  const need = (given: string | undefined, option: string, command: string): string => {
    if (given !== undefined) return given;
    throw new UsageError(messages.text('cli.usage-missing-option', { given: option, command }));
  };

  common(add(images, 'build', messages.text('cli.images-build')))
    .option('--recipe <name>', messages.text('cli.option-build-recipe'))
    .option('--context <dir>', messages.text('cli.option-context'))
    .option('--dockerfile <file>', messages.text('cli.option-dockerfile'))
    .option('--name <name>', messages.text('cli.option-image-name'))
    .option('--build-arg <name=value>', messages.text('cli.option-build-arg'), collect, [])
    .option('--no-cache', messages.text('cli.option-no-cache'))
    .option(...replace)
    .action((given: BuildOptions) => {
      if (given.recipe === undefined) {
        need(given.context, '--recipe', 'images build');
        need(given.name, '--name', 'images build');
      }
      return finish(buildImage(given, context));
    });

  common(add(images, 'import', messages.text('cli.images-import')))
    .argument('<file>', messages.text('cli.argument-archive'))
    .option('--name <name>', messages.text('cli.option-image-name'))
    .option(...change, collect, [])
    .option(...replace)
    .action((file: string, given: Omit<ImportOptions, 'name'> & { name?: string }) => {
      const name = need(given.name, '--name', 'images import');
      return finish(importImage(file, { ...given, name }, context));
    });

  common(add(images, 'debootstrap', messages.text('cli.images-debootstrap')))
    .option('--suite <name>', messages.text('cli.option-suite'))
    .option('--name <name>', messages.text('cli.option-image-name'))
    .option('--mirror <url>', messages.text('cli.option-mirror'))
    .option('--arch <name>', messages.text('cli.option-arch'))
    .option('--keyring <file>', messages.text('cli.option-keyring'))
    .addOption(
      new Option('--variant <name>', messages.text('cli.option-variant'))
        .choices(['minbase', 'buildd', 'default'])
        .default('minbase'),
    )
    .option('--include <packages>', messages.text('cli.option-include'), collect, [])
    .option('--components <names>', messages.text('cli.option-components'), collect, [])
    .option(...change, collect, [])
    .option(...replace)
    .action((given: CommonOptions & Partial<DebootstrapOptions>) => {
      const suite = need(given.suite, '--suite', 'images debootstrap');
      const name = need(given.name, '--name', 'images debootstrap');
      const { variant = 'minbase', include = [], components = [], change: changes = [] } = given;
      const whole = { ...given, suite, name, variant, include, components, change: changes };
      return finish(debootstrapImage(whole, context));
    });
}
