import { createSystemClock } from '../core/clock.js';
import { createDockerEngine } from '../core/docker/docker-engine.js';
import { examine, readSettings } from '../core/doctor/examine.js';
import { formatForTicket, readTicketFacts } from '../core/doctor/ticket.js';
import { homeOf, outputOf, type Action, type CommonOptions, type Context } from './context.js';
import { exitCodes } from './output.js';

export interface DoctorOptions extends CommonOptions {
  /** The whole as plain text for a support ticket. */
  ticket?: boolean;
}

/** `slipway doctor`: 0 when nothing is a problem, else 1. Changes nothing, not even an empty home. */
export async function runDoctor(options: DoctorOptions, context: Context, version: string): Action {
  const output = outputOf(options, context);
  const { messages, environment } = context;
  const home = homeOf(options, context);
  const clock = createSystemClock();
  const controller = new AbortController();
  const forgetStop = context.onStop(() => controller.abort());
  const engine = createDockerEngine({
    search: { configured: (await readSettings(home, environment)).config?.docker, environment },
    stationId: '',
    clock,
  });
  await engine.start();
  const checks = await examine({ home, environment, engine, signal: controller.signal, clock });
  await engine.dispose();
  forgetStop();
  const exitCode = checks.some(({ state }) => state === 'problem') ? exitCodes.FAIL : exitCodes.ok;
  if (options.ticket === true) {
    const facts = await readTicketFacts({ at: clock.now(), slipway: version, engine: engine.view });
    const text = formatForTicket(checks, facts, messages);
    output.event('ticket', { text });
    output.line(text.trimEnd());
    return exitCode;
  }
  const signs = { ok: '✓', warning: '!', problem: '✗' } as const;
  for (const check of checks) {
    output.event('check', { ...check });
    const title = messages.lookUp(`doctor.${check.check}.title`) ?? check.check;
    const reason = messages.lookUp(`doctor.${check.reason}`, check.params) ?? check.reason;
    output.line(`${signs[check.state]} ${title}: ${reason}`);
    if (check.command !== undefined) output.line(`    ${check.command}`);
  }
  return exitCode;
}
