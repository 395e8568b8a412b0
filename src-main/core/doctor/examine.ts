import { setMaxListeners } from 'node:events';
import type { DoctorCheck } from '../../../src-shared/model/station.js';
import { GivenUp, within } from '../within.js';
import { isSystemError } from '../ports/system-error.js';
import { warning, type Check, type Finding } from './check.js';
import { allChecks } from './checks/all.js';
import { createMachine, type DoctorOptions, type Machine } from './machine.js';
import { withoutSecrets } from './without-secrets.js';

export { readSettings } from './machine.js';
export type { DoctorConfig, DoctorOptions } from './machine.js';

/** How long one check may take, in ms; they are made at the same time. */
const timeLimit = 6000;

/**
 * Looks at all that a station depends on and changes none of it. Answers within a few seconds, whatever the
 * machine does: a check that cannot be made is a warning that says so. The order is always the same. Texts
 * are in the `doctor` catalogue: `<check>.title`, and `reason` with `params`. Never fails.
 */
export async function examine(options: DoctorOptions): Promise<DoctorCheck[]> {
  const machine = createMachine(options);
  // One listener a check, and one a program it asks.
  setMaxListeners(0, options.signal);
  return Promise.all(
    checksFor(machine.platform).map(async (check) => {
      const found = await make(check, machine, options.signal);
      return toDoctorCheck(check, found);
    }),
  );
}

function checksFor(platform: NodeJS.Platform): Check[] {
  return allChecks.filter(({ platforms }) => platforms === undefined || platforms.includes(platform));
}

async function make(check: Check, machine: Machine, signal: AbortSignal): Promise<Finding> {
  try {
    return await within({ clock: machine.clock, deadlineMs: timeLimit, signals: [signal] }, async (stop) =>
      check.look(machine, stop),
    );
  } catch (thrown) {
    if (thrown instanceof GivenUp) {
      return thrown.reason === 'deadline'
        ? warning('unknown.too-slow', { seconds: timeLimit / 1000 })
        : warning('unknown.stopped');
    }
    if (isSystemError(thrown)) {
      return warning('unknown.unreadable', { path: thrown.path ?? '?', code: thrown.code });
    }
    // Somebody with a sick machine is served better by the other checks than by a stack trace.
    return warning('unknown.defect', { reason: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}

function toDoctorCheck({ name }: Check, { state, reason, params, command, mend }: Finding): DoctorCheck {
  const safe = Object.entries(params ?? {}).map(([key, value]) => [
    key,
    typeof value === 'string' ? withoutSecrets(value) : value,
  ]);
  return {
    check: name,
    state,
    reason,
    ...(params === undefined ? {} : { params: Object.fromEntries(safe) as typeof params }),
    ...(command === undefined ? {} : { command }),
    ...(mend === undefined ? {} : { mend }),
  };
}
