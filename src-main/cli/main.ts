import { once } from 'node:events';
import { createRequire } from 'node:module';
import { CommanderError } from 'commander';
import { createMessages } from '../../src-shared/messages/messages.js';
import { localeOf } from '../core/config/locale.js';
import type { Context } from './context.js';
import { exitCodes } from './output.js';
import { createProgram } from './program.js';
import { describeDefect } from './station.js';
import { explainUsage, UsageError } from './usage.js';

/** The `slipway` command: plain Node, no window. */
async function main(): Promise<number> {
  const messages = createMessages(localeOf(process.env));
  const stopListeners = new Set<() => void>();
  let stops = 0;
  const stop = (): void => {
    stops += 1;
    // Whoever insists is let go at once; what is left in the engine is cleaned up at the next start.
    if (stops > 2) process.exit(exitCodes.ABORTED);
    for (const listener of stopListeners) listener();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const context: Context = {
    messages,
    environment: process.env,
    streams: {
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
      drained: async () => {
        if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
      },
    },
    onStop(listener) {
      stopListeners.add(listener);
      return () => void stopListeners.delete(listener);
    },
  };
  // A reader that goes away (`| head`) is no defect.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') stop();
    else throw error;
  });
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  const { program, result } = createProgram(context, version);
  try {
    await program.parseAsync(process.argv);
    return result.exitCode;
  } catch (error) {
    if (error instanceof UsageError) {
      context.streams.err(`${error.message}\n`);
      return exitCodes.usage;
    }
    if (error instanceof CommanderError) {
      const words = explainUsage(error, result.command, messages);
      if (words === undefined) return exitCodes.ok;
      context.streams.err(`${words}\n`);
      return exitCodes.usage;
    }
    context.streams.err(`${messages.text('cli.defect', { reason: describeDefect(error) })}\n`);
    return exitCodes.ERROR;
  }
}

process.exitCode = await main();
