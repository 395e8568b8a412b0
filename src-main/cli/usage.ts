import type { Command, CommanderError } from 'commander';
import type { Messages } from '../../src-shared/messages/messages.js';

/** A command line that says something wrong: exit 64, one sentence, nothing started. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Commander finds what is wrong; the words are the catalogue's. Undefined for help and version, which are no errors. */
export function explainUsage(error: CommanderError, command: string, messages: Messages): string | undefined {
  // What was wrong stands in quotes in commander's sentence: https://github.com/tj/commander.js
  const given = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const named = { given, command };
  switch (error.code) {
    case 'commander.help':
      // Commander shows the help when no command is named.
      return messages.text('cli.usage-no-command');
    case 'commander.helpDisplayed':
    case 'commander.version':
      return undefined;
    case 'commander.unknownOption':
      return messages.text('cli.usage-unknown-option', named);
    case 'commander.unknownCommand':
      return messages.text('cli.usage-unknown-command', named);
    case 'commander.missingArgument':
      return messages.text('cli.usage-missing-argument', named);
    case 'commander.optionMissingArgument':
      return messages.text('cli.usage-missing-value', named);
    case 'commander.missingMandatoryOptionValue':
      return messages.text('cli.usage-missing-option', named);
    case 'commander.excessArguments':
      return messages.text('cli.usage-excess', named);
    default:
      return error.message;
  }
}

/** Headings and standard options in the person's language. */
export function localizeHelp(command: Command, messages: Messages): Command {
  const titles: Record<string, string> = {
    'Usage:': messages.text('cli.help-usage'),
    'Options:': messages.text('cli.help-options'),
    'Commands:': messages.text('cli.help-commands'),
    'Arguments:': messages.text('cli.help-arguments'),
  };
  return command
    .configureHelp({
      styleTitle: (title) => titles[title] ?? title,
      styleOptionText: (text) => (text === '[options]' ? messages.text('cli.usage-options') : text),
      styleSubcommandText: (text) => (text === '[command]' ? messages.text('cli.usage-command') : text),
    })
    .helpOption('-h, --help', messages.text('cli.option-help'))
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
}

export function wholeNumber(messages: Messages, option: string, min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    const reason = messages.text('cli.usage-number', { min, max });
    throw new UsageError(messages.text('cli.usage-invalid', { given: text, option, reason }));
  };
}

/** One word of a list. */
export function oneOf<Word extends string>(messages: Messages, option: string, words: readonly Word[]) {
  return (text: string): Word => {
    const word = words.find((each) => each === text.toLowerCase());
    if (word !== undefined) return word;
    const reason = messages.text('cli.usage-one-of', { words: words.join(', ') });
    throw new UsageError(messages.text('cli.usage-invalid', { given: text, option, reason }));
  };
}

/** A day (its beginning, in local time) or a point in time, ISO 8601; in ms since the epoch. */
export function pointInTime(messages: Messages, option: string) {
  return (text: string): number => {
    const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
    const at = Date.parse(day ? `${text}T00:00:00` : text);
    if (!Number.isNaN(at) && at >= 0 && /^\d{4}-/.test(text)) return at;
    const reason = messages.text('cli.usage-time');
    throw new UsageError(messages.text('cli.usage-invalid', { given: text, option, reason }));
  };
}
