import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Messages } from '../../src-shared/messages/messages.js';
import { defaultHome } from '../core/home.js';
import { createOutput, type Output, type Streams } from './output.js';

/** What every command is handed: nothing of the process is looked up elsewhere. */
export interface Context {
  messages: Messages;
  environment: NodeJS.ProcessEnv;
  streams: Streams;
  /** Calls back at SIGINT or SIGTERM until disposed. */
  onStop(listener: () => void): () => void;
}

export interface CommonOptions {
  home?: string;
  json?: boolean;
}

/** A command ends with an exit code; what it throws is a defect. */
export type Action = Promise<number>;

/** What a family of commands is made with, whatever it is about. */
export interface CommandTools {
  readonly context: Context;
  /** A command below `parent`, whose name an error about its options gives. */
  readonly add: (parent: Command, name: string, description: string) => Command;
  /** `--home` and `--json`. */
  readonly common: (command: Command) => Command;
  /** The action's exit code is the program's. */
  readonly finish: (action: Action) => Promise<void>;
}

export function homeOf(options: CommonOptions, context: Context): string {
  return options.home === undefined ? defaultHome(context.environment) : resolve(options.home);
}

export function outputOf(options: CommonOptions, context: Context): Output {
  return createOutput(context.messages, options.json === true, context.streams);
}
