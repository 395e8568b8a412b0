import type { Command } from 'commander';
import type { CommandTools, CommonOptions } from './context.js';
import {
  inspectImage,
  listImages,
  loadImages,
  pullImage,
  removeImage,
  saveImages,
  type LoadOptions,
  type PullOptions,
  type SaveOptions,
} from './images-keep.js';
import { UsageError } from './usage.js';

/** The commands of `slipway images` that look at images, remove and carry them. None asks anything. */
export function addKeepingCommands(images: Command, tools: CommandTools): void {
  const { add, finish, common, context } = tools;
  const { messages } = context;
  const image = ['<name>', messages.text('cli.argument-image')] as const;
  const moveNames = ['--move-names', messages.text('cli.option-move-names')] as const;

  common(add(images, 'list', messages.text('cli.images-list'))).action((given: CommonOptions) =>
    finish(listImages(given, context)),
  );
  common(add(images, 'inspect', messages.text('cli.images-inspect')).argument(...image)).action(
    (name: string, given: CommonOptions) => finish(inspectImage(name, given, context)),
  );
  common(add(images, 'remove', messages.text('cli.images-remove')).argument(...image)).action(
    (name: string, given: CommonOptions) => finish(removeImage(name, given, context)),
  );
  common(add(images, 'save', messages.text('cli.images-save')).argument('<name...>', image[1]))
    .option('--file <file>', messages.text('cli.option-save-file'))
    .option('--replace', messages.text('cli.option-replace-file'))
    .action((names: string[], { file, ...given }: Partial<SaveOptions>) => {
      // Looked at here and not by commander: it would name a missing option before an unknown one.
      if (file === undefined) {
        const named = { given: '--file', command: 'images save' };
        throw new UsageError(messages.text('cli.usage-missing-option', named));
      }
      return finish(saveImages(names, { file, ...given }, context));
    });
  common(
    add(images, 'load', messages.text('cli.images-load')).argument(
      '<file>',
      messages.text('cli.argument-saved'),
    ),
  )
    .option('--check', messages.text('cli.option-check'))
    .option(...moveNames)
    .action((file: string, given: LoadOptions) => finish(loadImages(file, given, context)));
  common(
    add(images, 'pull', messages.text('cli.images-pull')).argument(
      '<recipe>',
      messages.text('cli.argument-recipe'),
    ),
  )
    .option(...moveNames)
    .action((recipe: string, given: PullOptions) => finish(pullImage(recipe, given, context)));
}
