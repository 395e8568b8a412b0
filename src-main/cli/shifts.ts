import type { Shift } from '../../src-shared/model/history.js';
import { outputOf, type Action, type CommonOptions, type Context } from './context.js';
import { exitCodes, formatTable } from './output.js';
import { openHistory } from './runs.js';

/** `slipway runs shifts`: what each shift came to, and who began it; the present one first. */
export async function listShifts(options: CommonOptions & { limit: number }, context: Context): Action {
  const output = outputOf(options, context);
  const { messages } = context;
  const records = openHistory(options, context);
  if (records?.ok === false) {
    output.fault(records.error);
    return exitCodes.ERROR;
  }
  const listed = records?.value.shifts(options.limit);
  records?.value.close();
  if (listed?.ok === false) {
    output.fault(listed.error);
    return exitCodes.ERROR;
  }
  const shifts: readonly Shift[] = listed?.value ?? [];
  for (const shift of shifts) output.event('shift', { ...shift });
  if (shifts.length === 0) output.note(messages.text('cli.no-runs'));
  else {
    const header = ['began', 'ended', 'operator', 'units', 'runs', 'pass', 'fail', 'other'] as const;
    const rows = shifts.map(({ since, until, operator, units, runs, pass, fail, other }) => [
      new Date(since).toISOString(),
      until === null ? '' : new Date(until).toISOString(),
      operator,
      ...[units, runs, pass, fail, other].map(String),
    ]);
    output.line(
      formatTable(
        header.map((column) => messages.text(`cli.shift-${column}`)),
        rows,
      ),
    );
  }
  return Promise.resolve(exitCodes.ok);
}
