import type { Catalogue } from '../../../src-shared/messages/catalogue.js';
import type { DoctorCheck, MendName } from '../../../src-shared/model/station.js';
import type { Machine } from './machine.js';

type DoctorKey = keyof Catalogue['doctor'];
type Titled<Key> = Key extends `${infer Name}.title` ? Name : never;

/** A check has its title in the `doctor` catalogue, under `<name>.title`. */
export type CheckName = Titled<DoctorKey>;
/** What a check may say: `<name>.<reason>` of the `doctor` catalogue, `unknown.…` when it could not be made. */
export type Reason = Extract<DoctorKey, `${CheckName | 'space' | 'unknown'}.${string}`>;

/** What one look at the machine found. */
export interface Finding {
  state: DoctorCheck['state'];
  reason: Reason;
  params?: NonNullable<DoctorCheck['params']>;
  /** For a shell, quoted, that mends it. Nothing ever runs it but a person. */
  command?: string;
  /** What Slipway can do itself; only what takes nothing away that a person made. */
  mend?: MendName;
}

/** Offers to mend what was found. */
export function mendable(found: Finding, mend: MendName): Finding {
  return { ...found, mend };
}

/** One question about the machine. It changes nothing, and whatever the machine does, it may be given up. */
export interface Check {
  name: CheckName;
  /** Only where it means something; a check that does not is left out of the answer. */
  platforms?: readonly NodeJS.Platform[];
  /** A failure of the system that is not expected may be thrown: it becomes a warning that it could not be checked. */
  look(machine: Machine, signal: AbortSignal): Promise<Finding> | Finding;
}

export function fine(reason: Reason, params?: Finding['params']): Finding {
  return finding('ok', reason, params);
}

/** It works now, or could not be checked; somebody should know all the same. */
export function warning(reason: Reason, params?: Finding['params'], command?: string): Finding {
  return finding('warning', reason, params, command);
}

/** No unit can be flashed, or none can be recorded, until it is mended. */
export function problem(reason: Reason, params?: Finding['params'], command?: string): Finding {
  return finding('problem', reason, params, command);
}

function finding(
  state: Finding['state'],
  reason: Reason,
  params: Finding['params'],
  command?: string,
): Finding {
  return {
    state,
    reason,
    ...(params === undefined ? {} : { params }),
    ...(command === undefined ? {} : { command }),
  };
}
