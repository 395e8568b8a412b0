import { createStation } from '../core/station.js';
import { homeOf, outputOf, type Action, type CommonOptions, type Context } from './context.js';
import { exitCodes } from './output.js';
import { reportChanges } from './report.js';

/** `slipway station`: the station without a window, until SIGINT or SIGTERM. */
export async function runStation(options: CommonOptions, context: Context): Action {
  const output = outputOf(options, context);
  const { messages } = context;
  const home = homeOf(options, context);
  const station = createStation({
    home,
    environment: context.environment,
    onDefect: (error) => output.note(messages.text('cli.defect', { reason: describeDefect(error) })),
  });
  // Asked for before the start: a stop that comes while it starts is not lost.
  const stopped = new Promise<void>((resolve) => {
    let asked = false;
    context.onStop(() => {
      output.note(messages.text(asked ? 'cli.stopping-again' : 'cli.stopping'));
      asked = true;
      resolve();
    });
  });
  const started = await station.start();
  if (!started.ok) {
    output.fault(started.error);
    await station.stop('leave-running');
    return exitCodes.ERROR;
  }
  const report = reportChanges(station, output);
  output.event('ready', { name: station.view().settings.name, home });
  output.line(messages.text('cli.ready', { name: station.view().settings.name, home }));
  await stopped;
  await station.stop('abort-runs');
  report.dispose();
  output.event('stopped', {});
  output.line(messages.text('cli.stopped'));
  return exitCodes.ok;
}

export function describeDefect(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
